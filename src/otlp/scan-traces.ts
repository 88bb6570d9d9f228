/**
 * One bounds-checked pass over the bytes of a TracesData or ExportTraceServiceRequest message.
 *
 * The scanner validates every byte it walks (tags, lengths, varints, nesting) and fills the columns of
 * otlp/span-columns.ts; it builds no object per span and copies nothing. It assumes no field order, keeps
 * unknown fields by leaving the bytes alone, treats a known field with another wire type as unknown, and
 * lets the last occurrence of a repeated scalar win, as protobuf does. UTF-8 is not looked at.
 *
 * Bounds: messages nest at most 100 deep (followed with a stack of fixed size, never by recursion); a span
 * has at most `spanBytesMax` bytes and `spanPartsMax` attributes, events and links in all, its frames at
 * most `frameBytesMax` bytes: one that breaks a limit or has a bad id is left out and counted. Anything
 * malformed refuses the whole request.
 *
 * A scanner is reused: `scan` overwrites what the last one found. It is itself the SpanBatch.
 *
 *   ResourceSpans 1 resource · 2 scope_spans · 3 schema_url     ScopeSpans 1 scope · 2 spans · 3 schema_url
 *   Resource 1 attributes · 2 dropped · 3 entity_refs           Scope 1 name · 2 version · 3 attributes · 4 dropped
 *   Span: see scan-span.ts
 */

import { SCAN_LIMITS, type ScanLimits } from './scan-limits.ts';
import { collectRead, plainValue, SpanPass } from './scan-span.ts';
import {
  checkTree,
  cursor,
  KEY_VALUE,
  keyRead,
  lengthAt,
  MalformedOtlp,
  OPAQUE,
  skipField,
  tagAt,
  varintAt,
} from './scan-wire.ts';
import type { SpanBatch } from './span-batch.ts';
import { ABSENT, COLUMN, RESOURCE, SCOPE, STRIDE } from './span-columns.ts';
import type { ValueCollector } from './value-collector.ts';

export type ScanOutcome =
  | {
      readonly status: 'ok';
      /** Spans left out, by reason. */
      readonly invalidIds: number;
      readonly overLimit: number;
    }
  | { readonly status: 'malformed'; readonly reason: string; readonly offset: number };

const SERVICE_NAME = new TextEncoder().encode('service.name');

export class SpanScanner implements SpanBatch {
  bytes: Uint8Array = new Uint8Array(0);
  count = 0;
  rows: Uint32Array = new Uint32Array(64 * STRIDE);
  scopeCount = 0;
  scopes: Uint32Array = new Uint32Array(16 * SCOPE.stride);
  resourceCount = 0;
  resources: Uint32Array = new Uint32Array(8 * RESOURCE.stride);
  segments: Uint32Array = new Uint32Array(64);
  threshold = 0n;
  /**
   * attribute-hash.ts of every attribute value of the spans and their resources, some more than once, in no order; undefined
   * where there is no collector, or it did not read them all. A view that the next scan overwrites.
   */
  values: Uint32Array | undefined;
  /** Of spans that `scanHits` passed over. */
  passedOver = 0;

  readonly #limits: ScanLimits;
  readonly #pass: SpanPass;
  readonly #collector: ValueCollector | undefined;
  #segmentCount = 0;
  #overLimit = 0;
  #invalidIds = 0;
  #hits: SpanHits | undefined;

  /** `values`: gathers hashes of attribute values, which costs as much again. */
  constructor(limits: ScanLimits = SCAN_LIMITS, values?: ValueCollector) {
    this.#limits = limits;
    this.#collector = values;
    this.#pass = new SpanPass(limits, values);
  }

  /** Fills the columns from `bytes`, which must stay untouched for as long as they are used. */
  scan(bytes: Uint8Array): ScanOutcome {
    this.bytes = bytes;
    this.count = 0;
    this.scopeCount = 0;
    this.resourceCount = 0;
    this.#segmentCount = 0;
    this.#overLimit = 0;
    this.#invalidIds = 0;
    this.passedOver = 0;
    this.values = undefined;
    this.#collector?.begin(bytes);
    try {
      this.#scanRequest(bytes, bytes.length);
      this.values = this.#collector?.values;
    } catch (error) {
      if (!(error instanceof MalformedOtlp)) throw error;
      this.count = 0;
      return { status: 'malformed', reason: error.message, offset: error.offset };
    }
    return { status: 'ok', invalidIds: this.#invalidIds, overLimit: this.#overLimit };
  }

  /**
   * The same of bytes that were scanned before, for those spans alone in which one of the offsets lies.
   * @param hits rising
   * @returns where each row stands among all spans; undefined where a hit lies in no span, but beside them
   */
  scanHits(bytes: Uint8Array, hits: readonly number[]): readonly number[] | undefined {
    const within = new SpanHits(hits);
    this.#hits = within;
    try {
      this.scan(bytes);
    } finally {
      this.#hits = undefined;
    }
    return within.areAllTaken ? within.places : undefined;
  }

  #scanRequest(bytes: Uint8Array, end: number): void {
    let pos = 0;
    while (pos < end) {
      const field = pos;
      const tag = tagAt(bytes, pos, end);
      if (tag === 10) {
        const length = lengthAt(bytes, cursor(), end);
        pos = cursor();
        this.#scanResourceSpans(bytes, field, pos, pos + length);
        pos += length;
      } else pos = skipField(bytes, cursor(), end, tag, 0);
    }
  }

  #scanResourceSpans(bytes: Uint8Array, field: number, start: number, end: number): void {
    const resource = this.resourceCount++;
    if (this.resourceCount * RESOURCE.stride > this.resources.length)
      this.resources = grown(this.resources);
    const at = resource * RESOURCE.stride;
    this.resources.fill(0, at, at + RESOURCE.stride);
    const rowFirst = this.count;
    const rejectedBefore = this.#invalidIds + this.#overLimit;
    const scopeFirst = this.scopeCount;
    let named = false;
    let serviceOffset = ABSENT;
    let serviceLength = ABSENT;
    // First the scopes, whose own frames claim segments; this resource's frame follows in one piece.
    let pos = start;
    while (pos < end) {
      const tag = tagAt(bytes, pos, end);
      pos = cursor();
      if (tag === 18) {
        const length = lengthAt(bytes, pos, end);
        pos = cursor();
        this.#scanScopeSpans(bytes, resource, pos, pos + length);
        pos += length;
      } else if (tag === 10) {
        const length = lengthAt(bytes, pos, end);
        pos = cursor();
        if (this.#scanResource(bytes, pos, pos + length) && !named) {
          named = true;
          // An empty name says no more than none, and has no place in the bytes.
          if (this.#serviceLength > 0) {
            serviceOffset = this.#serviceOffset;
            serviceLength = this.#serviceLength;
          }
        }
        pos += length;
      } else pos = skipField(bytes, pos, end, tag, 1);
    }
    const segmentFirst = this.#segmentCount;
    const frameLength = this.#addFrame(bytes, start, end);
    if (frameLength > this.#limits.frameBytesMax) {
      this.#overLimit += this.count - rowFirst;
      this.count = rowFirst;
      this.scopeCount = scopeFirst;
    }
    const resources = this.resources;
    resources[at + RESOURCE.segmentFirst] = segmentFirst;
    resources[at + RESOURCE.segmentCount] = this.#segmentCount - segmentFirst;
    resources[at + RESOURCE.serviceOffset] = serviceOffset;
    resources[at + RESOURCE.serviceLength] = serviceLength;
    resources[at + RESOURCE.fieldOffset] = field;
    resources[at + RESOURCE.fieldLength] = end - field;
    resources[at + RESOURCE.rowFirst] = rowFirst;
    resources[at + RESOURCE.rowCount] = this.count - rowFirst;
    resources[at + RESOURCE.rejectedCount] = this.#invalidIds + this.#overLimit - rejectedBefore;
  }

  #scanScopeSpans(bytes: Uint8Array, resource: number, start: number, end: number): void {
    const scope = this.scopeCount++;
    if (this.scopeCount * SCOPE.stride > this.scopes.length) this.scopes = grown(this.scopes);
    const rowFirst = this.count;
    let pos = start;
    while (pos < end) {
      const tag = tagAt(bytes, pos, end);
      pos = cursor();
      if (tag === 18) {
        const length = lengthAt(bytes, pos, end);
        pos = cursor();
        if (this.#hits !== undefined && !this.#hits.take(pos, pos + length)) {
          this.passedOver++;
          pos += length;
          continue;
        }
        if ((this.count + 1) * STRIDE > this.rows.length) this.rows = grown(this.rows);
        const verdict = this.#pass.scan(bytes, pos, pos + length, this.rows, this.count);
        if (verdict === 'ok') this.rows[this.count++ * STRIDE + COLUMN.scope] = scope;
        else if (verdict === 'id') this.#invalidIds++;
        else this.#overLimit++;
        pos += length;
      } else if (tag === 10) {
        const length = lengthAt(bytes, pos, end);
        pos = cursor();
        scanScope(bytes, pos, pos + length);
        pos += length;
      } else pos = skipField(bytes, pos, end, tag, 2);
    }
    const segmentFirst = this.#segmentCount;
    if (this.#addFrame(bytes, start, end) > this.#limits.frameBytesMax) {
      this.#overLimit += this.count - rowFirst;
      this.count = rowFirst;
    }
    const at = scope * SCOPE.stride;
    this.scopes[at + SCOPE.resource] = resource;
    this.scopes[at + SCOPE.segmentFirst] = segmentFirst;
    this.scopes[at + SCOPE.segmentCount] = this.#segmentCount - segmentFirst;
  }

  /**
   * Records the pieces of a ResourceSpans or ScopeSpans that are not its field 2, and returns their
   * length. The bytes have been validated; this second walk touches one tag a field.
   */
  #addFrame(bytes: Uint8Array, start: number, end: number): number {
    let total = 0;
    let pieceStart = start;
    let pos = start;
    while (pos < end) {
      const field = pos;
      const tag = tagAt(bytes, pos, end);
      if (tag !== 18) {
        pos = skipField(bytes, cursor(), end, tag, 1);
        continue;
      }
      const length = lengthAt(bytes, cursor(), end);
      pos = cursor() + length;
      if (field > pieceStart) total += this.#addSegment(pieceStart, field - pieceStart);
      pieceStart = pos;
    }
    if (end > pieceStart) total += this.#addSegment(pieceStart, end - pieceStart);
    return total;
  }

  #addSegment(offset: number, length: number): number {
    const at = this.#segmentCount++ * 2;
    if (at + 2 > this.segments.length) this.segments = grown(this.segments);
    this.segments[at] = offset;
    this.segments[at + 1] = length;
    return length;
  }

  #serviceOffset = 0;
  #serviceLength = 0;

  /** True where a string `service.name` was found; the first one counts. */
  #scanResource(bytes: Uint8Array, start: number, end: number): boolean {
    let found = false;
    let pos = start;
    while (pos < end) {
      const tag = tagAt(bytes, pos, end);
      pos = cursor();
      if (tag === 10) {
        const length = lengthAt(bytes, pos, end);
        pos = cursor();
        checkTree(bytes, pos, pos + length, KEY_VALUE, 3);
        if (this.#collector !== undefined) this.#collect(this.#collector, pos, pos + length);
        if (!found && keyRead.valueOffset >= 0 && isServiceName(bytes)) {
          found = true;
          this.#serviceOffset = keyRead.valueOffset;
          this.#serviceLength = keyRead.valueLength;
        }
        pos += length;
      } else if (tag === 16) {
        varintAt(bytes, pos, end);
        pos = cursor();
      } else if (tag === 26) {
        const length = lengthAt(bytes, pos, end);
        pos = cursor();
        checkTree(bytes, pos, pos + length, OPAQUE, 3);
        pos += length;
      } else pos = skipField(bytes, pos, end, tag, 2);
    }
    return found;
  }

  /** The value of a resource's attribute, which checkTree has just walked. */
  #collect(collector: ValueCollector, start: number, end: number): void {
    const { bytes } = this;
    const value = plainValue(bytes, start, end);
    if (value === 0) collectRead(collector, bytes, start, end);
    else collector.plain(bytes, start + 2, bytes[start + 1]!, value, end);
  }
}

function scanScope(bytes: Uint8Array, start: number, end: number): void {
  let pos = start;
  while (pos < end) {
    const tag = tagAt(bytes, pos, end);
    pos = cursor();
    if (tag === 26) {
      const length = lengthAt(bytes, pos, end);
      pos = cursor();
      checkTree(bytes, pos, pos + length, KEY_VALUE, 4);
      pos += length;
    } else if (tag === 32) {
      varintAt(bytes, pos, end);
      pos = cursor();
    } else pos = skipField(bytes, pos, end, tag, 3);
  }
}

/** Which of the spans, as they come, hold hits. */
class SpanHits {
  readonly places: number[] = [];
  readonly #hits: readonly number[];
  #next = 0;
  #taken = 0;
  #spans = 0;

  constructor(hits: readonly number[]) {
    this.#hits = hits;
  }

  /** True for a span with hits, from `start` to before `end`. */
  take(start: number, end: number): boolean {
    const place = this.#spans++;
    const hits = this.#hits;
    while (this.#next < hits.length && hits[this.#next]! < start) this.#next++;
    const first = this.#next;
    while (this.#next < hits.length && hits[this.#next]! < end) this.#next++;
    if (this.#next === first) return false;
    this.#taken += this.#next - first;
    this.places.push(place);
    return true;
  }

  get areAllTaken(): boolean {
    return this.#taken === this.#hits.length;
  }
}

function isServiceName(bytes: Uint8Array): boolean {
  if (keyRead.length !== SERVICE_NAME.length) return false;
  for (let i = 0; i < SERVICE_NAME.length; i++)
    if (bytes[keyRead.offset + i] !== SERVICE_NAME[i]) return false;
  return true;
}

function grown(words: Uint32Array): Uint32Array {
  const larger = new Uint32Array(words.length * 2);
  larger.set(words);
  return larger;
}
