import type { TraceId } from '../../model/ids.ts';
import type { TraceOutline } from '../../model/trace-outline.ts';

/**
 * A span as it is kept: its own bytes and the frames around it (otlp/span-batch.ts), with what Synton
 * knows beside them. Owned by the receiver of the record: never a view of something reused.
 */
export interface SpanRecord {
  /** The Span message. */
  readonly span: Uint8Array;
  /** All fields of its ResourceSpans other than scope_spans. Equal frames may share one array. */
  readonly resource: Uint8Array;
  /** All fields of its ScopeSpans other than spans. */
  readonly scope: Uint8Array;
  readonly arrival: number;
  /** `running`: reported at its start only. `memory`: in the ring alone. */
  readonly origin: 'stored' | 'memory' | 'running';
  /** Set by a reader that saw several different spans under one identity. */
  readonly duplicateDiffers?: boolean;
  /** Of a span that runs in another process: that one is gone, or cannot be told from others. */
  readonly process?: 'gone' | 'unknown';
}

/** The spans of one trace. Neither records nor outline may be written to: others read them too. */
export interface Trace {
  readonly traceId: TraceId;
  /**
   * One per (trace, span, OTel kind), by arrival. Of a trace beyond the reader's bound, the first to arrive. Empty where
   * there is `read` instead.
   */
  readonly records: readonly SpanRecord[];
  /**
   * Some of them, by their rising indexes, for a trace that is not held as a whole.
   * @throws TraceMoved where that is another trace by now
   */
  readonly read?: (indexes: readonly number[]) => Promise<readonly SpanRecord[]>;
  readonly outline: TraceOutline;
  /** Another one means that something of the trace may have changed; see TraceReader.revision. */
  readonly revision: string;
  /** Spans of the trace, those beyond the bound included. */
  readonly spanCount: number;
}
