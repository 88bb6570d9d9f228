/** What the ring asks of rows of columns. */
import { COLUMN, STRIDE } from '../../otlp/span-columns.ts';

/** The row behind the last neighbour in the same scope. */
export function endOfScope(rows: Uint32Array, first: number, count: number, scope: number): number {
  let row = first + 1;
  while (row < count && rows[row * STRIDE + COLUMN.scope] === scope) row++;
  return row;
}

/** By the hash of a trace id. */
export function bucketOf(words: Uint32Array, at: number, mask: number): number {
  return (words[at + 2]! ^ Math.imul(words[at + 3]!, 0x9e3779b1)) & mask;
}

/** Whether the row at `at` is of the trace whose words stand at `wordsAt`. */
export function isTrace(
  rows: Uint32Array,
  at: number,
  words: Uint32Array,
  wordsAt: number,
): boolean {
  for (let i = 3; i >= 0; i--) {
    if (rows[at + COLUMN.traceId + i] !== words[wordsAt + i]) return false;
  }
  return true;
}
