/** What the ingest thread and the writer thread say to each other. Plain data. */

import type { CompactionReport } from '../../model/storage-inventory.ts';
import type { SlabParts } from './slab.ts';
import type { WriterSettings } from './writer-contract.ts';

export interface WriterData {
  readonly settings: Omit<WriterSettings, 'statfs'> & {
    /** How long a partition stays as it is after it was closed. @default 15 s */
    readonly rewriteDelayMs?: number;
  };
  readonly counters: SharedArrayBuffer;
  readonly counterThread: number;
  readonly commitSignal: SharedArrayBuffer;
}

export type ToWriter =
  | { readonly type: 'commit'; readonly parts: SlabParts }
  /** Answered with statisticsWritten, so that a question about now sees all that was acknowledged. */
  | { readonly type: 'writeStatistics' }
  /** Closes the partition and rewrites all that is closed; answered with compacted. */
  | { readonly type: 'compact' }
  /** Removes the folders of damaged partitions that were set aside; answered with setAsideRemoved. */
  | { readonly type: 'removeSetAside' }
  | { readonly type: 'close' };

export type FromWriter =
  | { readonly type: 'ready' }
  | { readonly type: 'failedToOpen'; readonly message: string }
  /** `parts` is empty and may be filled again. */
  | { readonly type: 'committed'; readonly parts: SlabParts; readonly spans: number }
  | {
      readonly type: 'refused';
      readonly parts: SlabParts;
      readonly reason: string;
      readonly retryAfterMs: number;
    }
  | { readonly type: 'failed'; readonly parts: SlabParts; readonly message: string }
  | {
      readonly type: 'log';
      readonly level: 'info' | 'warn' | 'error';
      readonly fields: object;
      readonly message: string;
    }
  | { readonly type: 'statisticsWritten' }
  | {
      readonly type: 'compacted';
      readonly outcome: CompactionReport | { readonly failure: string };
    }
  | { readonly type: 'setAsideRemoved'; readonly folders: number; readonly bytes: number }
  /** `promoted`: trace ids, four words each, that earlier lives promoted lately. */
  | { readonly type: 'recovered'; readonly promoted: Uint32Array }
  | { readonly type: 'closed' };
