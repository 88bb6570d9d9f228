/**
 * Gives back, once, what starting left on the heap of the thread that calls: modules are loaded with much garbage, which a thread
 * that has nothing to do would keep for good. Takes some 20 ms, a second after the call; keeps no process alive. Only where the
 * process lets its garbage be collected (`--expose-gc`, which `synton start` says of itself): a program that uses the SDK is left alone.
 */
import { runInNewContext } from 'node:vm';

/** By then a start is over. */
const SETTLED_MS = 1_000;
/** A context has the function if the flag was said before it was made. */
const COLLECTOR = "typeof gc === 'function' ? gc : undefined";
/** The thorough kind gives pages back as well, those of a young generation that grew among them. */
const THOROUGHLY = { type: 'major', execution: 'sync', flavor: 'last-resort' } as const;

export function collectStartGarbage(): void {
  setTimeout(() => {
    const collect: unknown = runInNewContext(COLLECTOR);
    if (typeof collect === 'function') collect(THOROUGHLY);
  }, SETTLED_MS).unref();
}
