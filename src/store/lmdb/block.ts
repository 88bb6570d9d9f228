/**
 * A batch becomes a block, a block becomes a batch. Only rows with BITS.kept go in; their bytes and frames
 * go in as they came: a ResourceSpans whose spans are all kept is copied whole, any other is rebuilt.
 */

import { hitsOf } from '../../otlp/byte-hits.ts';
import { SpanScanner } from '../../otlp/scan-traces.ts';
import type { SpanBatch } from '../../otlp/span-batch.ts';
import { frameBytes, spanBytes, wideColumn } from '../../otlp/span-batch.ts';
import { BITS, COLUMN, RESOURCE, SCOPE, STRIDE } from '../../otlp/span-columns.ts';
import { type FramedSpan, writeTraces } from '../../otlp/write-traces.ts';
import { DamagedBlock } from '../columns/damaged-block.ts';
import { traceHash } from '../columns/trace-hash.ts';
import { OperationIndex } from '../statistics/operation-index.ts';
import { type BodyContent, decodeBody, SPAN_PROMOTED, SPAN_RAISED } from './body-format.ts';
import type { BlockHead, OperationEntry } from './head-format.ts';

/** The kept rows as a TracesData message; undefined where no row is kept. */
export function keptTraces(
  batch: SpanBatch,
): { traces: Uint8Array; spanCount: number } | undefined {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let spanCount = 0;
  for (let resource = 0; resource < batch.resourceCount; resource++) {
    const at = resource * RESOURCE.stride;
    const rowFirst = batch.resources[at + RESOURCE.rowFirst]!;
    const rowCount = batch.resources[at + RESOURCE.rowCount]!;
    let kept = 0;
    for (let row = rowFirst; row < rowFirst + rowCount; row++)
      if ((batch.rows[row * STRIDE + COLUMN.bits]! & BITS.kept) !== 0) kept++;
    if (kept === 0) continue;
    spanCount += kept;
    let piece: Uint8Array;
    if (kept === rowCount && batch.resources[at + RESOURCE.rejectedCount] === 0) {
      const offset = batch.resources[at + RESOURCE.fieldOffset]!;
      piece = batch.bytes.subarray(offset, offset + batch.resources[at + RESOURCE.fieldLength]!);
    } else piece = writeTraces(keptSpans(batch, rowFirst, rowCount));
    pieces.push(piece);
    length += piece.length;
  }
  if (spanCount === 0) return undefined;
  // Neighbouring pieces of the same memory need no copy: the usual case is that everything is kept.
  const whole = contiguous(pieces, length);
  return { traces: whole ?? Buffer.concat(pieces, length), spanCount };
}

function contiguous(pieces: readonly Uint8Array[], length: number): Uint8Array | undefined {
  const first = pieces[0]!;
  let end = first.byteOffset;
  for (const piece of pieces) {
    if (piece.buffer !== first.buffer || piece.byteOffset !== end) return undefined;
    end += piece.length;
  }
  return new Uint8Array(first.buffer, first.byteOffset, length);
}

function keptSpans(batch: SpanBatch, rowFirst: number, rowCount: number): FramedSpan[] {
  const spans: FramedSpan[] = [];
  let scope = -1;
  let frames: Frames = { resource: new Uint8Array(0), scope: new Uint8Array(0) };
  for (let row = rowFirst; row < rowFirst + rowCount; row++) {
    const at = row * STRIDE;
    if ((batch.rows[at + COLUMN.bits]! & BITS.kept) === 0) continue;
    if (batch.rows[at + COLUMN.scope] !== scope) {
      scope = batch.rows[at + COLUMN.scope]!;
      frames = framesOf(batch, scope);
    }
    spans.push({ span: spanBytes(batch, row), ...frames });
  }
  return spans;
}

export interface Frames {
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
}

/** The frames around the spans of a scope; views where each is one piece. */
export function framesOf(batch: SpanBatch, scope: number): Frames {
  const s = scope * SCOPE.stride;
  const r = batch.scopes[s + SCOPE.resource]! * RESOURCE.stride;
  return {
    resource: frameBytes(
      batch,
      batch.resources[r + RESOURCE.segmentFirst]!,
      batch.resources[r + RESOURCE.segmentCount]!,
    ),
    scope: frameBytes(
      batch,
      batch.scopes[s + SCOPE.segmentFirst]!,
      batch.scopes[s + SCOPE.segmentCount]!,
    ),
  };
}

/** The columns of a body, from the kept rows. */
export function bodyColumns(
  batch: SpanBatch,
  spanCount: number,
): { arrivals: Float64Array; flags: Uint8Array } {
  const arrivals = new Float64Array(spanCount);
  const flags = new Uint8Array(spanCount);
  let at = 0;
  for (let row = 0; row < batch.count; row++) {
    const bits = batch.rows[row * STRIDE + COLUMN.bits]!;
    if ((bits & BITS.kept) === 0) continue;
    arrivals[at] = wideColumn(batch.rows, row, COLUMN.arrival);
    flags[at++] =
      ((bits & BITS.promoted) !== 0 ? SPAN_PROMOTED : 0) |
      ((bits & BITS.raised) !== 0 ? SPAN_RAISED : 0);
  }
  return { arrivals, flags };
}

/** A block's head, made again from its body. @throws DamagedBlock */
export function headOfBody(body: Uint8Array): BlockHead {
  const content = decodeBody(body);
  return describeBlock(batchOfBody(content), {
    blockNumber: content.blockNumber,
    spanCount: content.spanCount,
    bodyBytes: body.length,
    writtenAtMs: content.writtenAtMs,
  });
}

function operationsOf(batch: SpanBatch): OperationIndex {
  const operations = new OperationIndex();
  operations.read(batch);
  return operations;
}

/** What the head says about the kept rows of a batch, which `operations` has read. */
export function describeBlock(
  batch: SpanBatch,
  identity: { blockNumber: number; spanCount: number; bodyBytes: number; writtenAtMs: number },
  operations: OperationIndex = operationsOf(batch),
): BlockHead {
  const { rows } = batch;
  const hashes = new Uint32Array(identity.spanCount);
  let hashCount = 0;
  const promoted: number[] = [];
  let arrivalMin = Number.MAX_SAFE_INTEGER;
  let arrivalMax = 0;
  let startMin = Number.MAX_VALUE;
  let startMax = 0;
  let durationMin = Number.MAX_VALUE;
  let durationMax = 0;
  let errorCount = 0;
  const names = new BlockNames(operations);
  for (let row = 0; row < batch.count; row++) {
    const at = row * STRIDE;
    const bits = rows[at + COLUMN.bits]!;
    if ((bits & BITS.kept) === 0) continue;
    const hash = traceHash(rows, at + COLUMN.traceId);
    if (hashCount === 0 || hashes[hashCount - 1] !== hash) hashes[hashCount++] = hash;
    const arrival = wideColumn(rows, row, COLUMN.arrival);
    if (arrival < arrivalMin) arrivalMin = arrival;
    if (arrival > arrivalMax) arrivalMax = arrival;
    const start = wideColumn(rows, row, COLUMN.start);
    const duration = Math.max(0, wideColumn(rows, row, COLUMN.end) - start);
    if (start < startMin) startMin = start;
    if (start > startMax) startMax = start;
    if (duration < durationMin) durationMin = duration;
    if (duration > durationMax) durationMax = duration;
    const failed = (bits & BITS.statusMask) >>> BITS.statusShift === 2;
    if (failed) errorCount++;
    names.add(operations.ofRow[row]!, duration, failed);
    if ((bits & BITS.promoted) !== 0)
      promoted.push(...rows.subarray(at + COLUMN.traceId, at + COLUMN.traceId + 4));
  }
  const sorted = hashes.subarray(0, hashCount).sort();
  let unique = 0;
  for (let i = 0; i < hashCount; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) hashes[unique++] = sorted[i]!;
  return {
    ...identity,
    arrivalMin,
    arrivalMax,
    startMin: lower(startMin),
    startMax: upper(startMax),
    durationMin: lower(durationMin),
    durationMax: upper(durationMax),
    errorCount,
    traceHashes: hashes.subarray(0, unique),
    services: names.services,
    operations: names.operations,
    promoted: Uint32Array.from(promoted),
  };
}

const U64_MAX = 0xffffffffffffffffn;

/** A double near 2^61 is within 256 of the number it stands for: widen, so that no span is missed. */
function lower(value: number): bigint {
  if (value >= 2 ** 64) return U64_MAX - 4096n;
  const exact = BigInt(Math.floor(value));
  return exact < 4096n ? 0n : exact - 4096n;
}

function upper(value: number): bigint {
  if (value >= 2 ** 64 - 8192) return U64_MAX;
  return BigInt(Math.ceil(value)) + 4096n;
}

/** Distinct services and operations of one block. */
class BlockNames {
  readonly services: string[] = [];
  readonly operations: Growing<OperationEntry>[] = [];
  readonly #index: OperationIndex;
  /** Of each operation, where it stands in `operations`, from 1; 0: not yet. */
  readonly #place: Uint32Array;
  readonly #serviceIndex = new Map<number, number>();

  constructor(index: OperationIndex) {
    this.#index = index;
    this.#place = new Uint32Array(index.count);
  }

  add(operation: number, duration: number, failed: boolean): void {
    const place = this.#place[operation]!;
    const entry = place === 0 ? this.#enter(operation) : this.operations[place - 1]!;
    if (failed) entry.errors++;
    if (duration < entry.durationMin) entry.durationMin = duration;
    if (duration > entry.durationMax) entry.durationMax = duration;
  }

  #enter(operation: number): Growing<OperationEntry> {
    const index = this.#index;
    let service = this.#serviceIndex.get(index.service(operation));
    if (service === undefined) {
      service = this.services.push(textOf(index.serviceBytes(operation))) - 1;
      this.#serviceIndex.set(index.service(operation), service);
    }
    const entry = {
      service,
      kind: index.kinds(operation),
      name: textOf(index.nameBytes(operation)),
      errors: 0,
      durationMin: Number.POSITIVE_INFINITY,
      durationMax: 0,
    };
    this.#place[operation] = this.operations.push(entry);
    return entry;
  }
}

type Growing<Entry> = { -readonly [Key in keyof Entry]: Entry[Key] };

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/**
 * A block as a batch again: rows with arrival numbers and bits as they were written. Owned by the caller; with a scanner of
 * the caller's, until that scans again.
 */
export function batchOfBody(
  body: BodyContent,
  scanner: SpanScanner = new SpanScanner(),
): SpanBatch {
  scanner.scan(body.traces);
  return marked(scanner, body);
}

/** @throws DamagedBlock where the scan found other spans, or nothing that it could read */
function marked(scanner: SpanScanner, body: BodyContent): SpanBatch {
  if (scanner.count !== body.spanCount) throw miscounted(body);
  markRows(scanner, body);
  scanner.threshold = body.threshold;
  return scanner;
}

function miscounted({ blockNumber }: BodyContent): DamagedBlock {
  return new DamagedBlock(`block ${blockNumber} does not hold the spans that it says`);
}

/**
 * Those spans of a block alone that hold the bytes `needle`: a block is much faster searched for bytes than scanned. 'all' where
 * the needle says too little; undefined where no span holds it. Valid until `scanner` scans again.
 */
export function batchOfHits(
  body: BodyContent,
  needle: Uint8Array,
  scanner: SpanScanner,
): SpanBatch | 'all' | undefined {
  const hits = hitsOf(body.traces, needle);
  if (hits === 'many') return 'all';
  if (hits.length === 0) return undefined;
  const places = scanner.scanHits(body.traces, hits);
  if (places === undefined) return 'all';
  if (places.length !== scanner.count || places.length + scanner.passedOver !== body.spanCount)
    throw miscounted(body);
  markRows(scanner, {
    arrivals: places.map((place) => body.arrivals[place]!),
    flags: places.map((place) => body.flags[place]!),
  });
  scanner.threshold = body.threshold;
  return scanner;
}

/** Gives rows back what is kept beside their bytes: arrival, and why they were kept. */
export function markRows(
  { rows, count }: SpanBatch,
  marks: { readonly arrivals: ArrayLike<number>; readonly flags: ArrayLike<number> },
): void {
  for (let row = 0; row < count; row++) {
    const at = row * STRIDE;
    const arrival = marks.arrivals[row]!;
    rows[at + COLUMN.arrival] = arrival % 0x100000000;
    rows[at + COLUMN.arrival + 1] = Math.floor(arrival / 0x100000000);
    const flags = marks.flags[row]!;
    rows[at + COLUMN.bits] =
      rows[at + COLUMN.bits]! |
      BITS.kept |
      ((flags & SPAN_PROMOTED) !== 0 ? BITS.promoted : 0) |
      ((flags & SPAN_RAISED) !== 0 ? BITS.raised : 0);
  }
}
