/**
 * The rows of a column block that a search's filter leaves over, by columns alone: exactly those that SpanMatcher would, but
 * for attributes and for names that are no UTF-8. Only the columns that are asked for are decoded.
 */
import { SPAN_KINDS } from '../../model/span-kind.ts';
import type { BlockOutline } from '../columns/block-outline.ts';
import type { ColumnBlock } from '../columns/column-block.ts';
import type { SpanFilter } from '../contracts/trace-query.ts';
import type { BlockSearch } from './block-search.ts';

const UNKNOWN_SERVICE = 'unknown_service';
const STATUS_ERROR = 2;
const U64_MAX = 0xffffffffffffffffn;

type Keeps = (row: number) => boolean;

/** Rising. */
export function candidateRows(block: ColumnBlock, { filter, before }: BlockSearch): number[] {
  const { outline } = block;
  const tests = testsOf(filter, outline);
  let rows: number[] | undefined;
  for (const keeps of tests) {
    rows = rows === undefined ? allRows(block.spanCount, keeps) : rows.filter(keeps);
    if (rows.length === 0) return rows;
  }
  const { arrival } = outline;
  const isWanted = (row: number) => arrival[row]! < before;
  return rows === undefined ? allRows(block.spanCount, isWanted) : rows.filter(isWanted);
}

function allRows(count: number, keeps: Keeps): number[] {
  const rows: number[] = [];
  for (let row = 0; row < count; row++) if (keeps(row)) rows.push(row);
  return rows;
}

/** The cheapest and most telling first. */
function* testsOf(filter: SpanFilter, outline: BlockOutline): Generator<Keeps> {
  const { service, operation, kind, status } = filter;
  if (operation !== undefined) {
    const { name } = outline;
    const wanted = masked(outline.names, (text) => text === operation);
    yield (row) => wanted[name[row]!] === 1;
  }
  if (service !== undefined) {
    const { service: index } = outline;
    const wanted = masked(outline.services, (text) => (text ?? UNKNOWN_SERVICE) === service);
    yield (row) => wanted[index[row]!] === 1;
  }
  if (kind !== undefined) {
    const { kind: index } = outline;
    const wanted = SPAN_KINDS.indexOf(kind);
    yield (row) => index[row] === wanted;
  }
  if (status !== undefined) yield statusTest(status, outline);
  yield* durationTests(filter, outline);
  yield* startTests(filter, outline);
}

function statusTest(status: NonNullable<SpanFilter['status']>, outline: BlockOutline): Keeps {
  const hasEnd = endTest(outline);
  if (status === 'Running') return (row) => !hasEnd(row);
  const { status: code } = outline;
  return (row) => hasEnd(row) && (code[row] === STATUS_ERROR) === (status === 'Failed');
}

function* durationTests(filter: SpanFilter, outline: BlockOutline): Generator<Keeps> {
  const { minDurationNano, maxDurationNano } = filter;
  if (minDurationNano === undefined && maxDurationNano === undefined) return;
  const { duration } = outline;
  const least = Number(minDurationNano ?? 0n);
  const most = maxDurationNano === undefined ? Number.POSITIVE_INFINITY : Number(maxDurationNano);
  yield (row) => duration[row]! >= least && duration[row]! <= most;
  yield endTest(outline);
}

function* startTests(filter: SpanFilter, outline: BlockOutline): Generator<Keeps> {
  const { fromUnixNano: from, toUnixNano: to } = filter;
  if (from === undefined && to === undefined) return;
  const { times } = outline;
  const first = held(from ?? 0n);
  const end = to === undefined ? undefined : held(to);
  yield (row) => {
    const start = (BigInt(times[row * 4 + 1]!) << 32n) | BigInt(times[row * 4]!);
    return start >= first && (end === undefined || start < end);
  };
}

function endTest({ times }: BlockOutline): Keeps {
  return (row) => (times[row * 4 + 2]! | times[row * 4 + 3]!) !== 0;
}

function held(nano: bigint): bigint {
  return nano < 0n ? 0n : nano > U64_MAX ? U64_MAX : nano;
}

function masked<Item>(items: readonly Item[], isWanted: (item: Item) => boolean): Uint8Array {
  return Uint8Array.from(items, (item) => (isWanted(item) ? 1 : 0));
}
