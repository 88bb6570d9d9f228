/**
 * Watches a program without touching it: `node --import synton/register app.js`.
 *
 * Importing it is all there is to do, before the program's own modules. What it can be told is in settings.ts.
 */
import { startRegister } from './start-register.ts';

const STARTED = Symbol.for('synton.register');

// By NODE_OPTIONS and by the command line, say.
if (!(STARTED in globalThis)) {
  Object.defineProperty(globalThis, STARTED, { value: true });
  startRegister();
}
