/** What the list does with pages and with what arrives, and the scales that it is drawn on. */
import { expect, test } from 'vitest';
import type { TraceSummary } from '../../../../../src/web/data/wire.ts';
import { endpointsOf } from '../../../../../src/web/views/traces/empty/receiver-endpoints.ts';
import { readHistogram } from '../../../../../src/web/views/traces/histogram/search-histogram.ts';
import { timeTicks } from '../../../../../src/web/views/traces/histogram/time-axis.ts';
import { durationScale } from '../../../../../src/web/views/traces/list/duration-scale.ts';
import {
  EMPTY,
  LIVE_MAX,
  type SearchPage,
  type TraceListState,
  withArrived,
  withFirstPage,
  withPage,
  withReleased,
} from '../../../../../src/web/views/traces/list/trace-list-state.ts';

// Nothing here looks into a trace but for its id and how much it has.
const trace = (traceId: string, spanCount = 1) => ({ traceId, spanCount }) as TraceSummary;
const page = (ids: string, next?: string): SearchPage => ({
  items: [...ids].map((id) => trace(id)),
  ...(next !== undefined && { next }),
  examined: { memory: { spans: 1, of: 1 }, store: { spans: 5, of: 9 } },
});
const ids = (rows: readonly TraceSummary[]) => rows.map(({ traceId }) => traceId).join('');
const arrived = (state: TraceListState, items: readonly TraceSummary[], more = 0) =>
  withArrived(state, { items, more });

test('pages come beneath one another, each trace once', () => {
  const first = withPage(EMPTY, page('dcb', 'n'), 3);
  const second = withPage(first, page('ba'), 3);
  expect(ids(second.items)).toBe('dcba');
  expect(first).toMatchObject({ next: 'n', hasStopped: false });
  expect(second).toMatchObject({ next: undefined, hasStopped: false });
});

test('a short page that goes on is one that stopped at its bound', () => {
  expect(withPage(EMPTY, page('a', 'n'), 3).hasStopped).toBe(true);
  expect(withPage(EMPTY, page('', 'n'), 3)).toMatchObject({ items: [], hasStopped: true });
});

test('what is new waits, what is known changes in its place', () => {
  const state = withPage(EMPTY, page('cba'), 3);
  const told = arrived(state, [trace('e'), trace('b', 7), trace('d')]);
  expect(ids(told.items)).toBe('cba');
  expect(told.items[1]!.spanCount).toBe(7);
  expect(ids(told.waiting)).toBe('ed');
  const again = arrived(told, [trace('f'), trace('d', 9)], 3);
  expect(ids(again.waiting)).toBe('fed');
  expect(again.waiting[2]!.spanCount).toBe(9);
  expect(again.passed).toBe(3);
  expect(ids(withReleased(again).items)).toBe('fedcba');
  expect(withReleased(again).waiting).toEqual([]);
});

const firstPage = (state: TraceListState, given: SearchPage, isHeld = false, before = state) =>
  withFirstPage(state, { page: given, limit: 4, before, isHeld });

test('the first page again brings what was passed over, in its order', () => {
  const state = arrived(withPage(EMPTY, page('cba', 'n'), 3), [trace('f')], 2);
  const anew = firstPage(state, page('fedb', 'm'));
  expect(ids(anew.items)).toBe('fedbca');
  expect(anew).toMatchObject({ waiting: [], passed: 0, next: 'n', hasHole: false });
});

test('what arrived while it was asked for stands above it', () => {
  const before = withPage(EMPTY, page('cba', 'n'), 3);
  const state = withReleased(arrived(before, [trace('f')], 1));
  expect(ids(firstPage(state, page('edc', 'm'), false, before).items)).toBe('fedcba');
  const held = arrived(before, [trace('f')], 1);
  expect(ids(firstPage(held, page('edc', 'm'), true, before).waiting)).toBe('fed');
});

test('while somebody reads, the first page again moves nothing', () => {
  const state = arrived(withPage(EMPTY, page('cba', 'n'), 3), [trace('f')], 2);
  const anew = firstPage(state, page('fedb', 'm'), true);
  expect(ids(anew.items)).toBe('cba');
  expect(ids(anew.waiting)).toBe('fed');
  expect(anew).toMatchObject({ passed: 0, next: 'n', hasHole: false });
});

test('a first page that does not reach what is there leaves a hole, and is taken alone', () => {
  const state = arrived(withPage(EMPTY, page('cba', 'n'), 3), [], 9);
  expect(firstPage(state, page('zyx', 'm'), true)).toMatchObject({ hasHole: true, passed: 9 });
  const alone = firstPage(state, page('zyx', 'm'));
  expect(ids(alone.items)).toBe('zyx');
  expect(alone).toMatchObject({ next: 'm', passed: 9, hasHole: false });
});

test('what arrived before the first page does not hide that there are others', () => {
  const early = withReleased(arrived(EMPTY, [trace('e'), trace('d')]));
  const loaded = firstPage(early, page('dcb', 'n'), false, EMPTY);
  expect(ids(loaded.items)).toBe('edcb');
  expect(loaded.next).toBe('n');
  expect(firstPage(early, page('dcb', 'n'), true, EMPTY).next).toBe('n');
  const none = withPage(EMPTY, page(''), 4);
  expect(firstPage(arrived(none, [trace('e')], 9), page('edcb', 'n'), false, none).next).toBe('n');
});

test('nothing is disturbed where nothing is shown', () => {
  expect(ids(firstPage(EMPTY, page('ba'), true).items)).toBe('ba');
});

test('live rows are bounded, and what had to leave is counted', () => {
  const many = Array.from({ length: LIVE_MAX + 5 }, (_, at) => trace(`t${at}`));
  const waiting = arrived(withPage(EMPTY, page('ba', 'n'), 2), many);
  expect(waiting.waiting).toHaveLength(LIVE_MAX);
  expect(waiting.passed).toBe(5);
  const shown = withReleased(waiting);
  expect(shown.items).toHaveLength(LIVE_MAX);
  expect(shown).toMatchObject({ trimmed: 2, next: undefined });
});

test('a scale begins and ends at round values', () => {
  const log = durationScale([2e6, 840e6], 'log', 5);
  expect(log.ticks.map(({ nanos }) => nanos)).toEqual([1e6, 1e7, 1e8, 1e9]);
  expect([log.place(1e6), log.place(1e9)]).toEqual([0, 1]);
  expect(log.place(10e9)).toBe(1);
  expect(log.place(0)).toBe(0);
  const linear = durationScale([2e6, 840e6], 'linear', 5);
  expect(linear.ticks.at(-1)).toEqual({ nanos: 1e9, at: 1 });
  expect(linear.place(500e6)).toBe(0.5);
});

test('a scale of minutes ends at minutes, one of nothing is still one', () => {
  expect(durationScale([1e9, 100e9], 'linear', 5).ticks.map(({ nanos }) => nanos / 1e9)).toEqual([
    0, 30, 60, 90, 120,
  ]);
  expect(durationScale([], 'log', 4).ticks.length).toBeGreaterThan(0);
  expect(durationScale([0], 'linear', 4).place(0)).toBe(0);
});

test('ticks of time are round in local time, and no more than fit', () => {
  const from = new Date(2026, 10, 23, 14, 3, 20).getTime();
  const hour = timeTicks(from, from + 3_600_000, 8);
  expect(hour.map(({ label }) => label)).toEqual([
    '14:10',
    '14:20',
    '14:30',
    '14:40',
    '14:50',
    '15:00',
  ]);
  expect(timeTicks(from, from + 60_000, 6)[0]!.label).toBe('14:03:20');
  const week = timeTicks(from, from + 7 * 86_400_000, 8);
  expect(week[0]!.label).toBe('24 Nov');
  expect(week).toHaveLength(7);
  expect(timeTicks(from, from + 50, 4)[0]!.label).toMatch(/\.000$/);
  const labels = (sinceYear: number) =>
    timeTicks(new Date(sinceYear, 5, 1).getTime(), from, 8).map(({ label }) => label);
  expect(labels(2025).at(-1)).toMatch(/^[A-Z][a-z]+ 2026$/);
  expect(labels(1969)).toEqual(['1970', '1980', '1990', '2000', '2010', '2020']);
});

test('a histogram is cut at the ends of its range', () => {
  const nano = (millis: number) => `${millis}000000`;
  const read = readHistogram({
    ...{ from: nano(90_000), to: nano(200_000), stepNano: nano(60_000) },
    points: [
      { at: nano(60_000), count: 3, errors: 1 },
      { at: nano(120_000), count: 5, errors: 0 },
      { at: nano(180_000), count: 0, errors: 0 },
    ],
    ...{ source: 'search', what: 'traces', examined: { spans: 10, of: 40, complete: false } },
  });
  expect(read.columns.map(({ from, to }) => [from, to])).toEqual([
    [90_000, 120_000],
    [120_000, 180_000],
    [180_000, 200_000],
  ]);
  expect(read).toMatchObject({ count: 8, most: 5, share: 0.25 });
});

test('where to send spans is where the receivers listen', () => {
  const receivers = [
    { name: 'otlp/grpc', endpoint: '0.0.0.0:14317' },
    { name: 'otlp/http', endpoint: '[::1]:14318' },
  ];
  expect(endpointsOf(receivers, 'box')).toEqual({ grpc: 'box:14317', http: 'http://[::1]:14318' });
  expect(endpointsOf([], 'box')).toEqual({ grpc: '127.0.0.1:4317', http: 'http://127.0.0.1:4318' });
});
