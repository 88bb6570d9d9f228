/**
 * How the service's heap is kept, said once it has started.
 *
 * The service's garbage is request bytes: hundreds of megabytes a second outside the heap, dead at once. V8's defaults answer it with
 * a mark of the whole heap every 64 MB (a quarter of all CPU time was measured) and with a young generation that grows until it
 * holds that much. Here the young generation stays small, so that it is emptied often, which frees what is dead at the
 * price of what lives; memory outside the heap counts like the heap itself; and the heap may grow by six tenths before it is marked again: V8 would
 * let that of a service with little to do, a dozen megabytes, grow by one or two, and marked it once a second for a fifth of its CPU time. Not for programs that use the SDK: their heap is theirs.
 *
 * Not said before: under other flags V8 takes none of the compiled code that Node brings along, which costs a start 70 ms.
 */
import { setFlagsFromString } from 'node:v8';

const FLAGS = [
  '--semi-space-growth-factor=1',
  '--external-memory-accounted-in-global-limit',
  '--heap-growing-percent=60',
  // For collect-garbage.ts.
  '--expose-gc',
];
/** An older V8 does not know the second flag, and would say so on stderr. */
const NODE_WITH_FLAGS = 24;

export function collectGarbageSeldom(): void {
  if (Number(process.versions.node.split('.')[0]) < NODE_WITH_FLAGS) return;
  for (const flag of FLAGS) setFlagsFromString(flag);
}
