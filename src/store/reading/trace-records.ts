/**
 * The spans of one trace from every place that holds some, brought to one per (trace, span, OTel kind).
 *
 * Equal bytes count once; an end beats a start; else the latest arrival wins and says
 * `duplicateDiffers`. What a store and memory both hold is `stored`. Scans the records once and answers
 * from their columns; keeps nothing but the records. As large as the trace is.
 */
import { type SpanId, spanIdOfWords } from '../../model/ids.ts';
import { SpanScanner } from '../../otlp/scan-traces.ts';
import type { SpanBatch } from '../../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import { writeTraces } from '../../otlp/write-traces.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import type { SpanMatcher } from './span-matcher.ts';
import { statusOf } from './span-matcher.ts';

/** What was accepted once is accepted again, whatever the limits were. */
const NO_LIMITS = {
  spanBytesMax: Number.POSITIVE_INFINITY,
  spanPartsMax: Number.POSITIVE_INFINITY,
  frameBytesMax: Number.POSITIVE_INFINITY,
};

export interface MergedRecord {
  readonly record: SpanRecord;
  readonly spanId: SpanId;
  readonly parentSpanId: SpanId | undefined;
  /** Orders records of equal arrival. */
  readonly identity: string;
}

interface Group {
  /** Rows, one for each different content. */
  readonly rows: number[];
  readonly records: SpanRecord[];
}

export class TraceRecords {
  readonly #records: readonly SpanRecord[];
  readonly #batch: SpanBatch;
  readonly #groups: ReadonlyMap<string, Group>;

  /** Of one trace, in any order, duplicates included. */
  constructor(records: readonly SpanRecord[]) {
    const scanner = new SpanScanner(NO_LIMITS);
    const outcome = scanner.scan(writeTraces(records));
    if (outcome.status !== 'ok' || scanner.count !== records.length) {
      throw new Error('a record does not read as the span it was stored as');
    }
    for (const [row, record] of records.entries()) {
      if (record.origin !== 'running') continue;
      const at = row * STRIDE + COLUMN.bits;
      scanner.rows[at] = scanner.rows[at]! | BITS.running;
    }
    this.#records = records;
    this.#batch = scanner;
    this.#groups = groupsOf(records, scanner.rows);
  }

  /** Whether some copy of a span matches that arrived in [from, to]. */
  hasMatchArrived(matcher: SpanMatcher, from: number, to: number): boolean {
    const matches = matcher.over(this.#batch);
    return this.#records.some(
      ({ arrival }, row) => arrival >= from && arrival <= to && matches(row),
    );
  }

  /** Whether one of the spans that remain after merging matches. */
  hasMatch(matcher: SpanMatcher): boolean {
    const matches = matcher.over(this.#batch);
    return [...this.#groups.values()].some((group) => matches(this.#winner(group).row));
  }

  /** One record a span, by arrival. */
  merged(): MergedRecord[] {
    const merged: MergedRecord[] = [];
    for (const [identity, group] of this.#groups) {
      const { row, record } = this.#winner(group);
      const at = row * STRIDE;
      const { rows } = this.#batch;
      const hasParent =
        (rows[at + COLUMN.parentSpanId]! | rows[at + COLUMN.parentSpanId + 1]!) !== 0;
      merged.push({
        record,
        identity,
        spanId: spanIdOfWords(rows, at + COLUMN.spanId),
        parentSpanId: hasParent ? spanIdOfWords(rows, at + COLUMN.parentSpanId) : undefined,
      });
    }
    return merged.sort((a, b) => compareMerged(a, b));
  }

  #winner(group: Group): { readonly row: number; readonly record: SpanRecord } {
    if (group.rows.length === 1) return { row: group.rows[0]!, record: group.records[0]! };
    const { rows } = this.#batch;
    const ended = group.rows.map((row) => statusOf(rows, row * STRIDE) !== 'Running');
    const anyEnded = ended.includes(true);
    let winner = -1;
    let rivals = 0;
    for (let i = 0; i < group.rows.length; i++) {
      if (anyEnded && !ended[i]) continue;
      rivals++;
      if (winner < 0 || group.records[i]!.arrival > group.records[winner]!.arrival) winner = i;
    }
    const record = group.records[winner]!;
    const differs = anyEnded && rivals > 1;
    return {
      row: group.rows[winner]!,
      record: differs ? { ...record, duplicateDiffers: true } : record,
    };
  }
}

/** By identity; in each group one entry for each different content. */
function groupsOf(records: readonly SpanRecord[], rows: Uint32Array): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const [row, record] of records.entries()) {
    const at = row * STRIDE;
    const kind = rows[at + COLUMN.bits]! & BITS.otelKindMask;
    const identity = `${spanIdOfWords(rows, at + COLUMN.spanId)}${kind}`;
    const group = groups.get(identity);
    if (!group) {
      groups.set(identity, { rows: [row], records: [record] });
      continue;
    }
    const twin = group.records.findIndex((other) => isEqual(other, record));
    if (twin < 0) {
      group.rows.push(row);
      group.records.push(record);
    } else group.records[twin] = joined(group.records[twin]!, record);
  }
  return groups;
}

export function compareMerged(
  a: { readonly record: { readonly arrival: number }; readonly identity: string },
  b: { readonly record: { readonly arrival: number }; readonly identity: string },
): number {
  return a.record.arrival - b.record.arrival || (a.identity < b.identity ? -1 : 1);
}

/** Start and end of one span may be byte-equal to nobody but themselves: origin tells them apart. */
function isEqual(a: SpanRecord, b: SpanRecord): boolean {
  return (
    (a.origin === 'running') === (b.origin === 'running') &&
    equalBytes(a.span, b.span) &&
    equalBytes(a.resource, b.resource) &&
    equalBytes(a.scope, b.scope)
  );
}

function joined(a: SpanRecord, b: SpanRecord): SpanRecord {
  const origin = a.origin === 'stored' || b.origin === 'stored' ? 'stored' : a.origin;
  return { ...a, origin, arrival: Math.max(a.arrival, b.arrival) };
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0);
}
