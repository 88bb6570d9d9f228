/**
 * The columns that one pass over a request's bytes fills, and nothing else does.
 *
 * A row is 24 words of one Uint32Array, so that a batch, the ring and a hand-over to the writer each
 * move with a single copy. 64-bit values take two words, low word first, at an even column: the same
 * buffer seen as a BigUint64Array has them at `(row * STRIDE + column) / 2`. Ids are big-endian words.
 * Little-endian machines only, as Node itself supports no others that matter here.
 */
export const STRIDE = 24;

export const COLUMN = {
  /** Four words. */
  traceId: 0,
  /** Two words. */
  spanId: 4,
  /** Two words; both zero where there is no parent. */
  parentSpanId: 6,
  /** u64 nanoseconds. */
  start: 8,
  /** u64 nanoseconds; zero means not ended. */
  end: 10,
  /** The Span message within `bytes`, without its tag and length. */
  offset: 12,
  length: 13,
  nameOffset: 14,
  nameLength: 15,
  traceStateOffset: 16,
  traceStateLength: 17,
  /** Index into the batch's scopes. */
  scope: 18,
  /** The span's `flags` field. */
  flags: 19,
  /** See BITS. */
  bits: 20,
  /** Number of attributes of the span itself. */
  attributeCount: 21,
  /** u64 arrival number; zero until the pipeline assigns it. */
  arrival: 22,
} as const;

/** Parts of COLUMN.bits. */
export const BITS = {
  /** bits 0–7: OTel kind; a number above 254 is held as 255. */
  otelKindMask: 0xff,
  /** bits 8–15: status code, likewise. */
  statusShift: 8,
  statusMask: 0xff00,
  /** Carries an event named `exception`. */
  exception: 0x10000,
  /** The head decision or a promotion keeps it: to be durable and forwarded. */
  kept: 0x20000,
  /** Kept because its trace was promoted from the ring. */
  promoted: 0x40000,
  /** The batch's threshold is above the one the span came with. */
  raised: 0x80000,
  /** Reported at its start by our own processor; an end will follow. */
  running: 0x100000,
  /** Statistics have seen this span already: a promotion brings it again, now to be kept. */
  counted: 0x200000,
  /** Recorded by an SDK that did not sample it: never kept, whatever its trace shows. */
  memoryOnly: 0x400000,
  /** bits 24–25: index into SPAN_KINDS, as far as the span alone tells. */
  kindShift: 24,
  kindMask: 0x3000000,
} as const;

/** Words of one scope: index of its resource, then its frame (see SpanBatch.segments). */
export const SCOPE = { stride: 4, resource: 0, segmentFirst: 1, segmentCount: 2 } as const;

/** Words of one resource. `service…` is ABSENT where `service.name` is not there, empty, or no string. */
export const RESOURCE = {
  stride: 12,
  segmentFirst: 0,
  segmentCount: 1,
  serviceOffset: 2,
  serviceLength: 3,
  /** The whole ResourceSpans field within `bytes`, tag and length included. */
  fieldOffset: 4,
  fieldLength: 5,
  rowFirst: 6,
  rowCount: 7,
  /** Spans of this resource that broke a rule and have no row. */
  rejectedCount: 8,
} as const;

export const ABSENT = 0xffffffff;
