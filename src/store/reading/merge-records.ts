/**
 * Brings the records of one trace to one per (trace, span, OTel kind), whatever places they come from.
 *
 * Equal bytes count once; an end beats a start; else the latest arrival wins and says `duplicateDiffers`. What a
 * store and memory both hold is `stored`. Linear but for the sorting, however many records share an identity.
 */
import { hexWord } from '../../model/ids.ts';
import { BITS, COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import { ROWS_A_STEP, type Steps } from '../../projection/in-turns.ts';
import type { ScannedRecords } from '../../projection/scan-records.ts';
import { SpanIdTable } from '../../projection/span-id-table.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import { statusOf } from './span-matcher.ts';

export interface MergedRecords {
  /** One a span, by arrival; where arrivals are equal, by span id and kind. */
  readonly records: readonly SpanRecord[];
  /** By merged record: the one among those given that it is, or is told from. */
  readonly rowOf: Int32Array;
  /** Whether all that was given of a span was the same of each. */
  readonly isAgreed: boolean;
}

export function* mergeRecords(
  given: readonly SpanRecord[],
  scanned: ScannedRecords,
): Steps<MergedRecords> {
  const { rows } = scanned;
  const byIdentity = new SpanIdTable(given.length);
  /** The next record of the same identity, or −1. */
  const sharing = new Int32Array(given.length);
  for (let row = given.length - 1; row >= 0; row--) {
    const at = row * STRIDE;
    const [high, low] = [rows[at + COLUMN.spanId]!, rows[at + COLUMN.spanId + 1]!];
    sharing[row] = byIdentity.put(row, high, low, rows[at + COLUMN.bits]! & BITS.otelKindMask);
    if (row % ROWS_A_STEP === 0) yield;
  }
  const isFollower = new Uint8Array(given.length);
  for (const next of sharing) if (next >= 0) isFollower[next] = 1;
  const records: SpanRecord[] = [];
  const rowOf = new Int32Array(given.length);
  let isInOrder = true;
  let isAgreed = true;
  for (let row = 0; row < given.length; row++) {
    if (isFollower[row] === 1) continue;
    const found = sharing[row]! < 0 ? undefined : winner(row);
    const record = found?.record ?? given[row]!;
    const before = records.at(-1);
    if (before !== undefined && record.arrival <= before.arrival) isInOrder = false;
    rowOf[records.length] = found?.row ?? row;
    records.push(record);
    if (row % ROWS_A_STEP === 0) yield;
  }
  const merged = { records, rowOf: rowOf.slice(0, records.length), isAgreed };
  if (isInOrder) return merged;
  const order = [...records.keys()].sort(
    (a, b) =>
      records[a]!.arrival - records[b]!.arrival || compareIdentities(rows, rowOf[a]!, rowOf[b]!),
  );
  return {
    records: order.map((index) => records[index]!),
    rowOf: Int32Array.from(order, (index) => rowOf[index]!),
    isAgreed,
  };

  function winner(first: number): Winner {
    const contents = distinct(first);
    if (contents.length > 1) isAgreed = false;
    const ended = contents.filter(({ row }) => statusOf(rows, row * STRIDE) !== 'Running');
    const rivals = ended.length > 0 ? ended : contents;
    const latest = rivals.reduce((best, rival) =>
      rival.record.arrival > best.record.arrival ? rival : best,
    );
    if (ended.length < 2) return latest;
    return { row: latest.row, record: { ...latest.record, duplicateDiffers: true } };
  }

  /** Of one identity, each different content once. */
  function distinct(first: number): Winner[] {
    const second = sharing[first]!;
    if (sharing[second]! < 0 && areEqual(first, second)) {
      return [{ row: first, record: joined(given[first]!, given[second]!) }];
    }
    const known = new Map<string, Winner>();
    for (let row = first; row >= 0; row = sharing[row]!) {
      const record = given[row]!;
      const key = contentKey(record, scanned, row);
      const twin = known.get(key);
      if (twin === undefined) known.set(key, { row, record });
      else known.set(key, { row: twin.row, record: joined(twin.record, record) });
    }
    return [...known.values()];
  }

  function areEqual(a: number, b: number): boolean {
    const [one, other] = [given[a]!, given[b]!];
    return (
      (one.origin === 'running') === (other.origin === 'running') &&
      scanned.resource[a] === scanned.resource[b] &&
      scanned.scope[a] === scanned.scope[b] &&
      Buffer.compare(one.span, other.span) === 0
    );
  }
}

interface Winner {
  readonly row: number;
  readonly record: SpanRecord;
}

/**
 * The whole of it, so that equal keys are equal contents. Start and end of one span may be byte-equal to nobody
 * but themselves: origin tells them apart.
 */
function contentKey({ origin, span }: SpanRecord, scanned: ScannedRecords, row: number): string {
  const content = Buffer.from(span.buffer, span.byteOffset, span.length).toString('latin1');
  const what = origin === 'running' ? 'start' : 'end';
  return `${what} ${scanned.resource[row]} ${scanned.scope[row]} ${content}`;
}

function joined(a: SpanRecord, b: SpanRecord): SpanRecord {
  const origin = a.origin === 'stored' || b.origin === 'stored' ? 'stored' : a.origin;
  return { ...a, origin, arrival: Math.max(a.arrival, b.arrival) };
}

function compareIdentities(rows: Uint32Array, a: number, b: number): number {
  return identityOf(rows, a) < identityOf(rows, b) ? -1 : 1;
}

function identityOf(rows: Uint32Array, row: number): string {
  const at = row * STRIDE;
  const kind = rows[at + COLUMN.bits]! & BITS.otelKindMask;
  return `${hexWord(rows[at + COLUMN.spanId]!)}${hexWord(rows[at + COLUMN.spanId + 1]!)}${kind}`;
}
