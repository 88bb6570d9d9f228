/**
 * The spans of one trace as columns, each span once, by arrival: what parents, clocks and summaries are told
 * from. Times count from the earliest start and are held at TIME_MAX, 146 years from it: what lies beyond is
 * no time but noise. 64 bytes a span.
 */
import { type Attribute, attributeOf } from '../model/attribute.ts';
import { type SpanId, spanIdOfWords } from '../model/ids.ts';
import { OTEL_KINDS, SPAN_KINDS } from '../model/span-kind.ts';
import { OUTLINE, warningBit } from '../model/trace-outline.ts';
import { SPAN_STATUSES } from '../model/trace-span.ts';
import { readResourceFrame } from '../otlp/read-frames.ts';
import { BITS, COLUMN, STRIDE } from '../otlp/span-columns.ts';
import { SPAN_PARTS } from '../otlp/span-parts.ts';
import type { SpanRecord } from '../store/contracts/span-record.ts';
import { held } from './held-nanos.ts';
import { ROWS_A_STEP, type Steps } from './in-turns.ts';
import { STATUS_ERROR, serviceName } from './project-span.ts';
import type { ScannedRecords } from './scan-records.ts';

export interface TraceColumns {
  readonly count: number;
  /** Two big-endian words a span. */
  readonly ids: Uint32Array;
  /** Likewise; both zero where no parent is named. */
  readonly parentIds: Uint32Array;
  readonly baseUnixNano: bigint;
  /** Nanoseconds since `baseUnixNano`. */
  readonly starts: BigInt64Array;
  /** Nanoseconds; zero while Running, and where the end lies before the start. */
  readonly durations: BigInt64Array;
  /** See OUTLINE. */
  readonly facts: Uint32Array;
  /** Index into `resources`. */
  readonly resource: Int32Array;
  readonly resources: readonly TraceResource[];
  /** Spans of one name share a number. */
  readonly name: Int32Array;
  /** Of the span and of the frames around it. */
  readonly bytes: Uint32Array;
  readonly nameCount: number;
  /** Of a number in `name`. */
  readonly nameText: (name: number) => string;
}

/** What a trace asks of a resource. */
export interface TraceResource {
  readonly service: string;
  /** What tells that two spans were timed by one clock: the host, or else the service instance. */
  readonly host: string;
  readonly process: string;
}

export const STATUS_RUNNING: number = SPAN_STATUSES.indexOf('Running');
const COMPLETED = SPAN_STATUSES.indexOf('Completed');
export const STATUS_FAILED: number = SPAN_STATUSES.indexOf('Failed');
const END_BEFORE_START = warningBit('end_before_start');
const UNKNOWN_PROCESS = warningBit('unknown_process');
/** By bits of SPAN_PARTS. */
const PARTS_FACTS = [0, 1, 2, 3].map(
  (parts) =>
    ((parts & SPAN_PARTS.events) !== 0 ? OUTLINE.hasEvents : 0) |
    ((parts & SPAN_PARTS.links) !== 0 ? OUTLINE.hasLinks : 0),
);
const DUPLICATE_DIFFERS = warningBit('duplicate_differs');

/**
 * @param records one a span, by arrival
 * @param rowOf by record: its row among what was scanned
 */
export function* traceColumns(
  records: readonly SpanRecord[],
  scanned: ScannedRecords,
  rowOf: Int32Array,
): Steps<TraceColumns> {
  const count = records.length;
  const { rows } = scanned;
  const wide = new BigUint64Array(rows.buffer, rows.byteOffset, rows.length / 2);
  const startOf = (i: number): bigint => wide[(rowOf[i]! * STRIDE + COLUMN.start) / 2]!;
  const names = new NameNumbers(records);
  const columns = {
    count,
    ids: new Uint32Array(count * 2),
    parentIds: new Uint32Array(count * 2),
    baseUnixNano: count > 0 ? startOf(0) : 0n,
    starts: new BigInt64Array(count),
    durations: new BigInt64Array(count),
    facts: new Uint32Array(count),
    resource: new Int32Array(count),
    resources: scanned.resources.map(resourceOf),
    name: new Int32Array(count),
    bytes: new Uint32Array(count),
  };
  for (let i = 0; i < count; i++) {
    const start = startOf(i);
    if (start < columns.baseUnixNano) columns.baseUnixNano = start;
  }
  for (let i = 0; i < count; i++) {
    const at = rowOf[i]! * STRIDE;
    const start = startOf(i);
    const end = wide[(at + COLUMN.end) / 2]!;
    const { span, resource, scope } = records[i]!;
    columns.bytes[i] = span.length + resource.length + scope.length;
    const parts = scanned.parts[rowOf[i]!]!;
    const facts = factsOf(rows, at, records[i]!) | PARTS_FACTS[parts]!;
    const hasEnded = (facts & OUTLINE.statusMask) !== STATUS_RUNNING;
    columns.facts[i] = hasEnded && end < start ? facts | END_BEFORE_START : facts;
    columns.starts[i] = held(start - columns.baseUnixNano);
    columns.durations[i] = hasEnded && end > start ? held(end - start) : 0n;
    columns.ids[i * 2] = rows[at + COLUMN.spanId]!;
    columns.ids[i * 2 + 1] = rows[at + COLUMN.spanId + 1]!;
    columns.parentIds[i * 2] = rows[at + COLUMN.parentSpanId]!;
    columns.parentIds[i * 2 + 1] = rows[at + COLUMN.parentSpanId + 1]!;
    columns.resource[i] = scanned.resource[rowOf[i]!]!;
    columns.name[i] = names.of(i, rows[at + COLUMN.nameOffset]!, rows[at + COLUMN.nameLength]!);
    if (i % ROWS_A_STEP === 0) yield;
  }
  return { ...columns, nameCount: names.first.length, nameText: (name) => names.text(name) };
}

export function idAt(ids: Uint32Array, index: number): SpanId {
  return spanIdOfWords(ids, index * 2);
}

function factsOf(rows: Uint32Array, at: number, record: SpanRecord): number {
  const bits = rows[at + COLUMN.bits]!;
  const hasEnd = (rows[at + COLUMN.end]! | rows[at + COLUMN.end + 1]!) !== 0;
  const code = (bits & BITS.statusMask) >>> BITS.statusShift;
  const status =
    !hasEnd || (bits & BITS.running) !== 0
      ? STATUS_RUNNING
      : code === STATUS_ERROR
        ? STATUS_FAILED
        : COMPLETED;
  const sentKind = bits & BITS.otelKindMask;
  const otelKind = sentKind < OTEL_KINDS.length ? sentKind : 0;
  const kind = Math.min((bits & BITS.kindMask) >>> BITS.kindShift, SPAN_KINDS.length - 1);
  return (
    status |
    (otelKind << OUTLINE.otelKindShift) |
    (kind << OUTLINE.kindShift) |
    (record.origin === 'stored' ? 0 : OUTLINE.inMemoryOnly) |
    ((bits & BITS.exception) !== 0 ? OUTLINE.hasException : 0) |
    (record.duplicateDiffers ? DUPLICATE_DIFFERS : 0) |
    (record.process === 'gone' ? OUTLINE.stale : 0) |
    (record.process === 'unknown' ? UNKNOWN_PROCESS : 0)
  );
}

function resourceOf(frame: Uint8Array): TraceResource {
  const { attributes } = readResourceFrame(frame);
  const service = serviceName(attributes);
  return {
    service,
    host: text(attributes, 'host.id', 'host.name'),
    process: `${service}\0${text(attributes, 'service.instance.id')}`,
  };
}

function text(attributes: readonly Attribute[], ...keys: readonly string[]): string {
  const value = attributeOf(attributes, ...keys);
  return value?.type === 'string' ? value.value : '';
}

/** Numbers names by their bytes. */
class NameNumbers {
  /** The first span of each name. */
  readonly first: number[] = [];
  readonly #records: readonly SpanRecord[];
  /** Where each name begins in the first span that has it. */
  readonly #places: number[] = [];
  readonly #lengths: number[] = [];
  /** By a hash: the first name of it. Names that share it with another are found by their text. */
  readonly #byHash = new Map<number, number>();
  readonly #byText = new Map<string, number>();

  constructor(records: readonly SpanRecord[]) {
    this.#records = records;
  }

  of(span: number, place: number, length: number): number {
    const bytes = this.#records[span]!.span;
    let hash = length;
    for (let i = place; i < place + length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    const known = this.#byHash.get(hash);
    if (known === undefined) {
      const number = this.#add(span, place, length);
      this.#byHash.set(hash, number);
      return number;
    }
    if (this.#isNamed(known, bytes, place, length)) return known;
    const text = Buffer.from(bytes.subarray(place, place + length)).toString('latin1');
    const number = this.#byText.get(text) ?? this.#add(span, place, length);
    this.#byText.set(text, number);
    return number;
  }

  text(name: number): string {
    const { span } = this.#records[this.first[name]!]!;
    const place = span.byteOffset + this.#places[name]!;
    return Buffer.from(span.buffer, place, this.#lengths[name]!).toString('utf8');
  }

  #add(span: number, place: number, length: number): number {
    this.#places.push(place);
    this.#lengths.push(length);
    return this.first.push(span) - 1;
  }

  #isNamed(number: number, bytes: Uint8Array, place: number, length: number): boolean {
    if (this.#lengths[number] !== length) return false;
    const other = this.#records[this.first[number]!]!.span;
    const otherPlace = this.#places[number]!;
    for (let i = 0; i < length; i++) if (bytes[place + i] !== other[otherPlace + i]) return false;
    return true;
  }
}
