/**
 * Blocks as they were written, where nobody knows any more how they were cut: `before` empty ones in the place of those that
 * were, so that a cursor among them goes on at the first span and leaves none out, then one for each block of columns.
 */
import type { WrittenBlock } from './segment-writer.ts';

/** A cursor stands in no later block. */
const BEFORE_MAX = 1 << 20;

export function recut(before: number, spanCounts: Iterable<number>): WrittenBlock[] {
  const none: WrittenBlock = { spans: 0, lost: 0 };
  const written = new Array<WrittenBlock>(Math.min(before, BEFORE_MAX)).fill(none);
  for (const spans of spanCounts) written.push({ spans, lost: 0 });
  return written;
}
