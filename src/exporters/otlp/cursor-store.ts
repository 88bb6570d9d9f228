import type { LogCursor } from '../../store/contracts/span-log.ts';

/** Where a forwarder keeps how far it has come. One store belongs to one destination. */
export interface CursorStore {
  /** Undefined where nothing was ever saved. */
  load(): Promise<LogCursor | undefined>;
  /** Everything before the cursor has been dealt with. */
  save(cursor: LogCursor): Promise<void>;
}

/** A request that its destination will not take, kept for inspection. */
export interface DeadLetter {
  /** ExportTraceServiceRequest. */
  readonly request: Uint8Array;
  readonly spanCount: number;
  /** The destination's own: `INVALID_ARGUMENT`, `HTTP 401`. */
  readonly code: string;
  readonly reason: string;
  readonly setAsideUnixNano: bigint;
}

/** Dead letters, bounded in bytes: the oldest go first. */
export interface DeadLetterStore {
  /** Returns how many spans had to go to make room, this letter's own where it is larger than the bound. */
  add(letter: DeadLetter): Promise<number>;
  /** Oldest first, at most `limit`. */
  list(limit: number): Promise<readonly DeadLetter[]>;
}
