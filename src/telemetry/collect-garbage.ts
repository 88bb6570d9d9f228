/**
 * Collects the garbage of the thread that calls, now: for work whose garbage lies outside the heap, where V8 is late to see it. Only
 * where the process lets it be collected (`--expose-gc`, which `synton start` says of itself); in a program that uses the SDK it does
 * nothing. Takes some 20 ms.
 */
import { runInNewContext } from 'node:vm';

/** last-resort: gives pages back as well, those of a young generation that grew among them. */
export type Thoroughness = 'regular' | 'last-resort';

/** A context has the function if the flag was said before it was made. */
const COLLECTOR = "typeof gc === 'function' ? gc : undefined";

let collector: unknown;

export function collectGarbage(flavor: Thoroughness): void {
  collector ??= runInNewContext(COLLECTOR);
  if (typeof collector === 'function') collector({ type: 'major', execution: 'sync', flavor });
}
