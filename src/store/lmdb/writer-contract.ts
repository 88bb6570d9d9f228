/** What the writer of a data directory is given, and what it answers. */
import type { Clock } from '../../model/clock.ts';
import type { Counters } from '../../telemetry/counters.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { BodyEncoding } from './body-format.ts';
import type { PartitionRecord } from './catalogue.ts';
import type { WriteRoomSettings } from './write-room.ts';

export interface WriterSettings extends WriteRoomSettings {
  readonly encoding: BodyEncoding;
  /** A partition is expired once its newest span is older. 0: never. */
  readonly maxAgeMs: number;
  /** Of all partitions together; the open one is never expired. */
  readonly maxBytes: number;
  /** @default an hour */
  readonly partitionAgeMs?: number;
  /** @default 64 MiB, or 1/16 of `maxBytes` if that is less */
  readonly partitionBytes?: number;
}

export type CommitOutcome =
  | { readonly status: 'committed'; readonly spans: number; readonly duplicates: number }
  | { readonly status: 'refused'; readonly reason: string; readonly retryAfterMs: number };

/** What is said of a partition that lies in columns now. */
export interface RewrittenPartition
  extends Pick<PartitionRecord, 'bytes' | 'blocks' | 'spans' | 'arrivalMax'> {
  readonly written: number;
  /** Blocks that could not be read. */
  readonly damaged: readonly unknown[];
}

export interface WriterHost {
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Logger;
  /** While somebody looks at them, statistics are committed with every block. */
  readonly areStatisticsWatched?: () => boolean;
}
