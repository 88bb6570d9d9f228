/**
 * Watches a program without touching it: `node --import synton/register app.js`.
 *
 * Importing it is all there is to do, before the program's own modules. What it can be told is in settings.ts.
 * It does nothing on a Node that has no hooks for it, nor in processes and threads of Synton's own, which NODE_OPTIONS reaches too.
 */
import nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';
import { entryPath } from './entry-path.ts';

const STARTED = Symbol.for('synton.register');
const OWN_FOLDER = fileURLToPath(new URL('..', import.meta.url));

const entry = entryPath();
// By NODE_OPTIONS and by the command line, say.
if (!(STARTED in globalThis) && !entry?.startsWith(OWN_FOLDER)) {
  Object.defineProperty(globalThis, STARTED, { value: true });
  // NODE_OPTIONS reaches every Node below; an older one cannot even load what follows.
  if (typeof nodeModule.registerHooks === 'function') {
    const { startRegister } = await import('./start-register.ts');
    startRegister(entry);
  } else {
    process.stderr.write(
      `synton: Node ${process.versions.node} is not watched: that takes 22.15 or newer\n`,
    );
  }
}
