/** What the writer and the thread that looks after segments say to each other. Plain data. */
import type { PartitionRecord } from '../catalogue.ts';
import type { RepairReport } from './repair-segment.ts';

export interface SegmentJob
  extends Pick<PartitionRecord, 'number' | 'spans' | 'blocks' | 'bytes' | 'written'> {
  /** Of the segment, and where a repaired one is written. */
  readonly path: string;
  readonly freshPath: string;
}

/** What a segment says of itself. */
export type SegmentTotals = Pick<
  PartitionRecord,
  'spans' | 'blocks' | 'bytes' | 'arrivalMax' | 'newestMs'
> & { readonly written: number };

export type SegmentFinding = { readonly number: number } & (
  | { readonly status: 'sound'; readonly totals: SegmentTotals }
  | { readonly status: 'missing' }
  /** Whole, and not what the catalogue knows: another partition's file, or an older one. */
  | { readonly status: 'foreign'; readonly reason: string }
  | { readonly status: 'repaired'; readonly reason: string; readonly report: RepairReport }
  /** Nothing of it could be read. */
  | { readonly status: 'lost'; readonly reason: string }
  /** What could be read of it could not be written. */
  | { readonly status: 'unrepaired'; readonly reason: string; readonly failure: string }
);
