/** What a program's thread and the thread that reports on it say to each other. */
import type { FramedRecord } from '../../otlp/write-log-events.ts';
import type { RingMemory } from './activity-ring.ts';
import type { IdSeeds } from './numbered-ids.ts';
import type { FunctionFacts, SpanIds } from './open-activity.ts';
import type { ReportTarget } from './report-target.ts';

/** What surrounds what is told of a thread; its resource names the process. */
export interface ReportFrames {
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
}

/** Calls of a thread that are told as they are written into its ring. */
export interface WatchedCalls {
  readonly ring: RingMemory;
  readonly seeds: IdSeeds;
  readonly root: SpanIds | undefined;
  readonly timeOrigin: number;
  readonly frames: ReportFrames;
  /** Calls by row, of the length of `functions` or longer. */
  readonly counts: SharedArrayBuffer;
  readonly functions: readonly FunctionFacts[];
}

export interface ReportData {
  readonly targets: readonly ReportTarget[];
  readonly toAnybody: boolean;
  readonly calls: WatchedCalls | undefined;
  /** Of CONTROL, where there is no ring. */
  readonly control: SharedArrayBuffer;
}

export type ToReports =
  | { readonly type: 'targets'; readonly targets: readonly ReportTarget[] }
  | {
      readonly type: 'records';
      readonly records: readonly FramedRecord[];
      /** Spans of the sender that are told and have not ended. */
      readonly openCount: number;
      /** Of the sender: what life signs and the exit come with. */
      readonly frames: ReportFrames;
    }
  | {
      readonly type: 'functions';
      readonly functions: readonly FunctionFacts[];
      readonly counts: SharedArrayBuffer;
    }
  | { readonly type: 'frames'; readonly frames: ReportFrames }
  | {
      readonly type: 'exit';
      readonly code: number;
      /** Undefined where nothing is open. */
      readonly frames: ReportFrames | undefined;
      /** The process goes with this thread. */
      readonly isProcess: boolean;
      /** ExportTraceServiceRequests of spans that nobody has sent. */
      readonly requests: readonly Uint8Array[];
    };

export type FromReports =
  /** To be answered by writing the number into CONTROL.turn. */
  | { readonly type: 'turn'; readonly number: number }
  | { readonly type: 'dropped'; readonly records: number }
  | { readonly type: 'stopped'; readonly reason: string };
