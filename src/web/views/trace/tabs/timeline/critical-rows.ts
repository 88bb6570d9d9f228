/** Segments of the critical path by row, to be drawn with its bar. Two numbers and an index a segment. */
import type { CriticalSegment } from '../../../../../model/outline-columns.ts';
import { placeOf } from '../../row-shape.ts';

export interface CriticalRows {
  /** Rising; a row stands once for each of its segments. */
  readonly rows: Int32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
}

export function criticalRows(segments: readonly CriticalSegment[]): CriticalRows {
  const sorted = [...segments].sort((a, b) => a.row - b.row || a.fromNano - b.fromNano);
  return {
    rows: Int32Array.from(sorted, ({ row }) => row),
    from: Float64Array.from(sorted, ({ fromNano }) => fromNano),
    to: Float64Array.from(sorted, ({ toNano }) => toNano),
  };
}

/** The place of a row's first segment; what stands there may be of another row. */
export function firstSegment({ rows }: CriticalRows, row: number): number {
  return placeOf(rows, row - 1) + 1;
}
