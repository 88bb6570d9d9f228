/**
 * What places of spans that have not ended have in common: each encodes what it holds when it is asked, newest first, and what
 * is looked at then is a batch like any other.
 */
import { type TraceId, traceIdOfWords } from '../../model/ids.ts';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import type { SpanBatch } from '../../otlp/span-batch.ts';
import { ABSENT, BITS, COLUMN, RESOURCE, SCOPE, STRIDE } from '../../otlp/span-columns.ts';
import type { FoundSpans, Operation, SpanMatch } from '../contracts/span-source.ts';
import type { SpanFilter } from '../contracts/trace-query.ts';
import { SpanMatcher } from './span-matcher.ts';

const UNKNOWN_SERVICE = 'unknown_service';

/** Spans of a place that were encoded for a search, by falling arrival. */
export interface LookedAt {
  readonly batch: SpanBatch;
  /** One a row. */
  readonly arrivals: readonly number[];
  /** No others are older. */
  readonly isAll: boolean;
  /** How many the place holds. */
  readonly of: number;
}

/** `SpanSource.find` over them. */
export function findRunning(
  { batch, arrivals, isAll, of }: LookedAt,
  filter: SpanFilter,
  limit: number,
): FoundSpans {
  const matches = new SpanMatcher(filter).over(batch);
  const found: SpanMatch[] = [];
  const traces = new Set<TraceId>();
  let row = 0;
  for (; row < batch.count && traces.size < limit; row++) {
    if (!matches(row)) continue;
    const traceId = traceIdOfWords(batch.rows, row * STRIDE + COLUMN.traceId);
    traces.add(traceId);
    found.push({ traceId, arrival: arrivals[row]! });
  }
  const isOver = isAll && row === batch.count;
  const last = row < batch.count ? arrivals[row - 1] : arrivals.at(-1);
  return {
    matches: found,
    reachedArrival: isOver ? 0 : (last ?? 0),
    examined: { where: 'memory', spans: row, of },
  };
}

/** Sorted, each once. */
export function servicesOf(batch: SpanBatch): string[] {
  const services = new Set<string>();
  for (let row = 0; row < batch.count; row++) services.add(serviceOf(batch, row));
  return [...services].sort();
}

/** Each once. */
export function operationsOf(batch: SpanBatch, service: string): Operation[] {
  const found = new Map<string, Operation>();
  const { rows, bytes } = batch;
  for (let row = 0; row < batch.count; row++) {
    if (serviceOf(batch, row) !== service) continue;
    const at = row * STRIDE;
    const name = textOf(bytes, rows[at + COLUMN.nameOffset]!, rows[at + COLUMN.nameLength]!);
    const kind = SPAN_KINDS[(rows[at + COLUMN.bits]! & BITS.kindMask) >>> BITS.kindShift]!;
    found.set(`${kind} ${name}`, { name, kind });
  }
  return [...found.values()];
}

function serviceOf(batch: SpanBatch, row: number): string {
  const scope = batch.rows[row * STRIDE + COLUMN.scope]!;
  const at = batch.scopes[scope * SCOPE.stride + SCOPE.resource]! * RESOURCE.stride;
  const offset = batch.resources[at + RESOURCE.serviceOffset]!;
  if (offset === ABSENT) return UNKNOWN_SERVICE;
  return textOf(batch.bytes, offset, batch.resources[at + RESOURCE.serviceLength]!);
}

function textOf(bytes: Uint8Array, offset: number, length: number): string {
  if (length === 0) return '';
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('utf8');
}
