/** What of a flame graph is found by the query of the page: which boxes, and how much of the whole lies in them. */
import type { TimeRange } from '../../time-range.ts';
import type { FlameSource } from './flame-source.ts';

export interface FlameFound {
  readonly count: number;
  /** Of the whole, 0 to 1: what is found within something found counts once, as does what went on at the same time. */
  readonly share: number;
  readonly nanos: number;
  readonly has: (box: number) => boolean;
  /** The one before or behind a box, from left to right, then downwards; around the end. −1 where nothing is found. */
  next(box: number, direction: 1 | -1): number;
}

/**
 * @param rows of the outline that match
 * @param whole of the axis; what runs ends there
 */
export function foundBoxes(
  source: FlameSource,
  rows: ArrayLike<number>,
  whole: TimeRange,
): FlameFound {
  const { from, to, row } = source.boxes;
  const found = new Set<number>();
  for (let at = 0; at < rows.length; at++) {
    const box = source.boxOf(rows[at]!);
    if (box >= 0) found.add(box);
  }
  const order = [...found].sort((a, b) => from[a]! - from[b]! || row[a]! - row[b]!);
  let covering = 0;
  let covered = whole.from;
  for (const box of order) {
    const end = Math.min(to[box]!, whole.to);
    const begin = Math.max(from[box]!, covered);
    if (end <= begin) continue;
    covering += end - begin;
    covered = end;
  }
  // A merged box may stand for many calls of which few are found.
  const nanos = source.spentIn?.(rows) ?? covering;
  return {
    ...{ count: found.size, nanos, share: nanos / Math.max(1, whole.to - whole.from) },
    has: (box) => found.has(box),
    next(box, direction) {
      const at = order.indexOf(box);
      if (at < 0) return (direction > 0 ? order[0] : order.at(-1)) ?? -1;
      return order[(at + direction + order.length) % order.length]!;
    },
  };
}
