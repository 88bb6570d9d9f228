/**
 * A SpanFilter made ready to run over rows: what is cheap first, attributes last.
 *
 * Every place that holds spans uses this one, so that they agree to the byte. A resource is judged
 * once (`resource`), a row then takes a handful of comparisons of words; only where all of these hold
 * are the span's bytes walked for attributes. Reads bytes that a scanner has accepted. Bound:
 * ATTRIBUTES_MAX attributes a filter.
 *
 *   Span 9 attributes · ResourceSpans frame 1 resource · Resource 1 attributes · KeyValue 1 key, 2 value
 */
import { type Attribute, type AttributeValue, scalarText } from '../../model/attribute.ts';
import { InvalidParameter } from '../../model/errors.ts';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import type { SpanStatus } from '../../model/trace-span.ts';
import { readAttribute } from '../../otlp/read-attributes.ts';
import { frameBytes, type SpanBatch } from '../../otlp/span-batch.ts';
import { ABSENT, BITS, COLUMN, RESOURCE, SCOPE, STRIDE } from '../../otlp/span-columns.ts';
import { ProtobufReader, WIRE } from '../../otlp/wire/protobuf-reader.ts';
import type { SpanFilter } from '../contracts/trace-query.ts';
import { durationOf } from '../statistics/statistics-table.ts';

export const ATTRIBUTES_MAX = 16;
/** What `resource` says of one whose service is another: none of its spans match. */
export const NO_MATCH = -1;

const STATUS_ERROR = 2;
const SPAN_ATTRIBUTES_TAG = 0x4a;
const UNKNOWN_SERVICE = 'unknown_service';
const WORD = 0x100000000n;

interface WantedAttribute {
  readonly key: Buffer;
  readonly text: string;
  readonly value: string;
}

/** The words of a u64. */
interface Wide {
  readonly high: number;
  readonly low: number;
}

export class SpanMatcher {
  readonly #service: Buffer | undefined;
  readonly #mayLackService: boolean;
  readonly #operation: Buffer | undefined;
  readonly #kind: number;
  readonly #status: SpanStatus | undefined;
  readonly #minDuration: number;
  readonly #maxDuration: number;
  readonly #hasDuration: boolean;
  readonly #from: Wide | undefined;
  readonly #to: Wide | undefined;
  readonly #attributes: readonly WantedAttribute[];

  /** @throws InvalidParameter on too many attributes */
  constructor(filter: SpanFilter) {
    const attributes = filter.attributes ?? [];
    if (attributes.length > ATTRIBUTES_MAX) {
      throw new InvalidParameter('attributes', `at most ${ATTRIBUTES_MAX} in one search`);
    }
    this.#service = filter.service === undefined ? undefined : Buffer.from(filter.service);
    this.#mayLackService = filter.service === UNKNOWN_SERVICE;
    this.#operation = filter.operation === undefined ? undefined : Buffer.from(filter.operation);
    this.#kind = filter.kind === undefined ? -1 : SPAN_KINDS.indexOf(filter.kind);
    this.#status = filter.status;
    this.#hasDuration =
      filter.minDurationNano !== undefined || filter.maxDurationNano !== undefined;
    this.#minDuration = Number(filter.minDurationNano ?? 0n);
    this.#maxDuration =
      filter.maxDurationNano === undefined
        ? Number.POSITIVE_INFINITY
        : Number(filter.maxDurationNano);
    this.#from = wide(filter.fromUnixNano);
    this.#to = wide(filter.toUnixNano);
    this.#attributes = attributes.map(({ key, value }) => ({
      key: Buffer.from(key),
      text: key,
      value,
    }));
  }

  /** Judges rows of a batch, each of its resources once. For as long as the batch stays as it is. */
  over(batch: SpanBatch): (row: number) => boolean {
    const verdicts = new Map<number, number>();
    return (row) => {
      const at = row * STRIDE;
      const index = batch.scopes[batch.rows[at + COLUMN.scope]! * SCOPE.stride + SCOPE.resource]!;
      let verdict = verdicts.get(index);
      if (verdict === undefined) {
        verdict = this.#resourceOf(batch, index * RESOURCE.stride);
        verdicts.set(index, verdict);
      }
      return verdict !== NO_MATCH && this.span(batch.bytes, batch.rows, at, verdict);
    };
  }

  /**
   * What a resource contributes: NO_MATCH, or one bit for each wanted attribute that it has.
   * @param serviceOffset of `service.name` within `bytes`, or ABSENT
   * @param frame the resource frame in one piece; asked for only where attributes are wanted
   */
  resource(
    bytes: Uint8Array,
    serviceOffset: number,
    serviceLength: number,
    frame: () => Uint8Array,
  ): number {
    if (this.#service !== undefined) {
      const matches =
        serviceOffset === ABSENT
          ? this.#mayLackService
          : equalsAt(bytes, serviceOffset, serviceLength, this.#service);
      if (!matches) return NO_MATCH;
    }
    return this.#attributes.length === 0 ? 0 : this.#resourceAttributes(frame());
  }

  /** One row (`at` = row · STRIDE) whose offsets point into `bytes`, given what its resource said. */
  span(bytes: Uint8Array, rows: Uint32Array, at: number, resource: number): boolean {
    const bits = rows[at + COLUMN.bits]!;
    if (this.#kind >= 0 && (bits & BITS.kindMask) >>> BITS.kindShift !== this.#kind) return false;
    if (this.#status !== undefined && statusOf(rows, at) !== this.#status) return false;
    if (this.#from && isBelow(rows, at + COLUMN.start, this.#from)) return false;
    if (this.#to && !isBelow(rows, at + COLUMN.start, this.#to)) return false;
    if (this.#hasDuration) {
      if (statusOf(rows, at) === 'Running') return false;
      const duration = durationOf(rows, at);
      if (duration < this.#minDuration || duration > this.#maxDuration) return false;
    }
    if (this.#operation !== undefined) {
      const length = rows[at + COLUMN.nameLength]!;
      if (!equalsAt(bytes, rows[at + COLUMN.nameOffset]!, length, this.#operation)) return false;
    }
    if (this.#attributes.length === 0) return true;
    const start = rows[at + COLUMN.offset]!;
    return this.#spanAttributes(bytes, start, start + rows[at + COLUMN.length]!, resource);
  }

  #resourceOf(batch: SpanBatch, at: number): number {
    const { resources } = batch;
    return this.resource(
      batch.bytes,
      resources[at + RESOURCE.serviceOffset]!,
      resources[at + RESOURCE.serviceLength]!,
      () =>
        frameBytes(
          batch,
          resources[at + RESOURCE.segmentFirst]!,
          resources[at + RESOURCE.segmentCount]!,
        ),
    );
  }

  #resourceAttributes(frame: Uint8Array): number {
    const seen = new Set<string>();
    let matched = 0;
    const reader = new ProtobufReader(frame);
    while (reader.next()) {
      if (!reader.is(1, WIRE.bytes)) {
        reader.skip();
        continue;
      }
      const resource = reader.message();
      while (resource.next()) {
        if (!resource.is(1, WIRE.bytes)) {
          resource.skip();
          continue;
        }
        const { key, value } = readAttribute(resource.message());
        if (seen.has(key)) continue;
        seen.add(key);
        matched |= this.#matchedBits(Buffer.from(key), value);
      }
    }
    return matched;
  }

  #matchedBits(key: Buffer, value: AttributeValue): number {
    let matched = 0;
    for (const [i, wanted] of this.#attributes.entries()) {
      if (wanted.key.equals(key) && scalarText(value) === wanted.value) matched |= 1 << i;
    }
    return matched;
  }

  /** Walks the fields of a Span; the first attribute under a wanted key decides it. */
  #spanAttributes(bytes: Uint8Array, start: number, end: number, resource: number): boolean {
    const all = (1 << this.#attributes.length) - 1;
    let matched = 0;
    let decided = 0;
    let at = start;
    while (at < end && decided !== all) {
      const isAttribute = bytes[at] === SPAN_ATTRIBUTES_TAG;
      const fieldEnd = endOfField(bytes, at, end);
      if (isAttribute || bytes[at]! > 127) {
        const field = at;
        for (let i = 0; i < this.#attributes.length; i++) {
          if ((decided & (1 << i)) !== 0) continue;
          const wanted = this.#attributes[i]!;
          if (isAttribute && !mayHaveKey(bytes, field + 1, fieldEnd, wanted.key)) continue;
          const attribute = attributeAt(bytes, field, fieldEnd);
          if (attribute?.key !== wanted.text) continue;
          decided |= 1 << i;
          if (scalarText(attribute.value) === wanted.value) matched |= 1 << i;
        }
      }
      at = fieldEnd;
    }
    return ((matched | (resource & ~decided)) & all) === all;
  }
}

/** Ended with an error, ended otherwise, or not ended. */
export function statusOf(rows: Uint32Array, at: number): SpanStatus {
  const bits = rows[at + COLUMN.bits]!;
  const hasEnd = (rows[at + COLUMN.end]! | rows[at + COLUMN.end + 1]!) !== 0;
  if (!hasEnd || (bits & BITS.running) !== 0) return 'Running';
  return (bits & BITS.statusMask) >>> BITS.statusShift === STATUS_ERROR ? 'Failed' : 'Completed';
}

/** The attribute in a field of a Span; undefined where the field is another. */
function attributeAt(bytes: Uint8Array, at: number, end: number): Attribute | undefined {
  const reader = new ProtobufReader(bytes, at, end);
  reader.next();
  return reader.is(9, WIRE.bytes) ? readAttribute(reader.message()) : undefined;
}

/**
 * False where an attribute surely has another key. A key that stands first and is followed by the value
 * alone, as every known encoder has it, is compared in place; anything else has to be read.
 * @param at of the attribute's length
 */
function mayHaveKey(bytes: Uint8Array, at: number, end: number, key: Buffer): boolean {
  let from = at;
  while (bytes[from++]! > 127);
  if (bytes[from] !== 0x0a || bytes[from + 1]! > 127) return true;
  const length = bytes[from + 1]!;
  const value = from + 2 + length;
  if (value >= end || bytes[value] !== 0x12) return true;
  const low = bytes[value + 1]!;
  const high = bytes[value + 2]!;
  const valueEnd = low < 128 ? value + 2 + low : value + 3 + (low & 127) + high * 128;
  if (valueEnd !== end || (low > 127 && high > 127)) return true;
  return equalsAt(bytes, from + 2, length, key);
}

function equalsAt(bytes: Uint8Array, offset: number, length: number, wanted: Buffer): boolean {
  if (length !== wanted.length) return false;
  for (let i = 0; i < length; i++) if (bytes[offset + i] !== wanted[i]) return false;
  return true;
}

/** The end of a field of a message that was accepted before. */
function endOfField(bytes: Uint8Array, start: number, end: number): number {
  const tag = bytes[start]!;
  if (tag > 127 || (tag & 7) === WIRE.groupStart) {
    const reader = new ProtobufReader(bytes, start, end);
    reader.next();
    reader.skip();
    return reader.offset;
  }
  let at = start + 1;
  if ((tag & 7) === WIRE.fixed64) return at + 8;
  if ((tag & 7) === WIRE.fixed32) return at + 4;
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++]!;
    value += (byte & 127) * scale;
    if (byte < 128) break;
  }
  return (tag & 7) === WIRE.bytes ? at + value : at;
}

function wide(value: bigint | undefined): Wide | undefined {
  if (value === undefined) return undefined;
  const held = value < 0n ? 0n : value >= WORD * WORD ? WORD * WORD - 1n : value;
  return { high: Number(held / WORD), low: Number(held % WORD) };
}

function isBelow(rows: Uint32Array, at: number, bound: Wide): boolean {
  const high = rows[at + 1]!;
  return high < bound.high || (high === bound.high && rows[at]! < bound.low);
}
