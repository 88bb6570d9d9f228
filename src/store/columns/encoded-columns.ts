/** What becomes of a block's rows: its bytes, and what a directory wants to know without opening it. */

/** Spans of one service with one name and kind. */
export interface OperationSummary {
  /** Index into `services`. */
  readonly service: number;
  /** OTel kind; a number above 254 is held as 255. */
  readonly otelKind: number;
  /** Index into SPAN_KINDS, as far as the span alone tells. */
  readonly kind: number;
  /** Whole, however long. */
  readonly name: string;
  readonly count: number;
  /** Spans with an error status. */
  readonly errors: number;
  /** Nanoseconds; never negative. Exact below 2^53, else within 2,048. */
  readonly durationMin: number;
  readonly durationMax: number;
}

export interface KeySummary {
  readonly key: string;
  /** No value of it in this block is a double: a text not found in `valueHashes` is not there. */
  readonly filterable: boolean;
}

export interface EncodedColumns {
  /** Self-describing: docs/decisions/0009-column-blocks.md. */
  readonly bytes: Buffer;
  readonly spanCount: number;
  readonly arrivalMin: number;
  readonly arrivalMax: number;
  /** Nanoseconds, exact. */
  readonly startMin: bigint;
  readonly startMax: bigint;
  /** Nanoseconds, exact; a span that has no end or one before its start lasted 0. */
  readonly durationMin: bigint;
  readonly durationMax: bigint;
  readonly errorCount: number;
  /** traceHash of the traces; sorted, each once. */
  readonly traceHashes: Uint32Array;
  /** Exact names; `unknown_service` where a resource has none. */
  readonly services: readonly string[];
  readonly operations: readonly OperationSummary[];
  /** Attribute keys of spans and resources, each once. */
  readonly keys: readonly KeySummary[];
  /** valueHash of every string, bool and int attribute of spans and resources; sorted, each once. */
  readonly valueHashes: Uint32Array;
  /** Four words a promoted trace, each once. */
  readonly promoted: Uint32Array;
}
