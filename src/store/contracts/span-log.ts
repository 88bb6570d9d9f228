/** A place in the log. `block` counts from 0 in its partition, `ordinal` spans from 0 in its block. */
export interface LogCursor {
  readonly partition: number;
  readonly block: number;
  readonly ordinal: number;
}

/** Spans in the order they were stored, ready to send. */
export interface LogChunk {
  /** An ExportTraceServiceRequest: bytes as they came, tracestate spliced only where T was raised. */
  readonly request: Uint8Array;
  readonly spanCount: number;
  readonly from: LogCursor;
  /** Where to read on, once this chunk is dealt with. */
  readonly next: LogCursor;
  /** Spans between the cursor that was asked for and `from`: expired, or lost with a damaged block. */
  readonly expiredSpans: number;
  readonly damagedSpans: number;
}

/**
 * The store as a queue: append order, never rewritten, each reader with a cursor of its own kept
 * elsewhere. A cursor that retention has overtaken reads on at the oldest span there is.
 */
export interface SpanLog {
  /** The next spans at or after the cursor, at most `bytesMax` (one larger span comes alone); undefined at the end. */
  read(cursor: LogCursor, bytesMax: number): Promise<LogChunk | undefined>;
  /** The end of the log: where a reader that wants only what is new starts. */
  end(): Promise<LogCursor>;
  oldest(): Promise<LogCursor>;
  /** Resolves when there may be something at or after the cursor, or the signal aborts. */
  waitFor(cursor: LogCursor, signal: AbortSignal): Promise<void>;
}
