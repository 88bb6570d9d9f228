/** What a search compares before it looks at attributes: one array a property, one element a row. */
export interface BlockOutline {
  /** Four words a row: start low, start high, end low, end high, as COLUMN.start and COLUMN.end have them. */
  readonly times: Uint32Array;
  /** Nanoseconds, the nearest double. */
  readonly start: Float64Array;
  /** Nanoseconds, never negative, as `durationOf` has it. */
  readonly duration: Float64Array;
  /** As the scanner holds it: a number above 254 as 255. */
  readonly status: Uint8Array;
  /** Likewise. */
  readonly otelKind: Uint8Array;
  /** Index into SPAN_KINDS. */
  readonly kind: Uint8Array;
  /** Index into `services`. */
  readonly service: Uint16Array;
  /** `undefined` where the resource names none. Each once. */
  readonly services: readonly (string | undefined)[];
  /** Index into `names`. */
  readonly name: Uint16Array;
  /** Span names. One may stand twice, under different OTel kinds. */
  readonly names: readonly string[];
  /** Traces in the order in which they appear, from 0; `traceIds` has four words each. */
  readonly trace: Uint16Array;
  readonly traceIds: Uint32Array;
  readonly arrival: Float64Array;
}
