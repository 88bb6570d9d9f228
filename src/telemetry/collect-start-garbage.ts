/**
 * Gives back, once, what starting left on the heap of the thread that calls: modules are loaded with much garbage, which a thread
 * that has nothing to do would keep for good. A second after the call; keeps no process alive.
 */
import { collectGarbage } from './collect-garbage.ts';

/** By then a start is over. */
const SETTLED_MS = 1_000;

export function collectStartGarbage(): void {
  setTimeout(() => collectGarbage('last-resort'), SETTLED_MS).unref();
}
