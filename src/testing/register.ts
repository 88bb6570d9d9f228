/**
 * Has recordings see every call of a program's functions: `node --import synton/testing/register --test`, and in any other runner
 * that loads modules with Node's loader. Importing it is all there is to do, before the program's own modules. It sends nothing.
 *
 * What it can be told is what `synton/register` can: SYNTON_INCLUDE, SYNTON_EXCLUDE, SYNTON_CACHE, SYNTON_CAPTURE, SYNTON_INSTRUMENTATIONS.
 */
import nodeModule from 'node:module';

// On an older Node recordings see spans alone.
if (typeof nodeModule.registerHooks === 'function') {
  const { startWatching } = await import('./watched/start-watching.ts');
  startWatching();
} else {
  process.stderr.write(
    `synton: functions are not watched on Node ${process.versions.node}: that takes 22.15 or newer\n`,
  );
}
