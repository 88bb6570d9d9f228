/** What the list does where the slowest come first. */
import { expect, test } from 'vitest';
import type { TraceSummary } from '../../../../../src/web/data/wire.ts';
import {
  SLOWEST_MAX,
  withFirstSlowest,
  withSlowArrived,
  withSlowestPage,
  withSlowReleased,
} from '../../../../../src/web/views/traces/list/slowest-state.ts';
import {
  EMPTY,
  type SearchPage,
  type TraceListState,
} from '../../../../../src/web/views/traces/list/trace-list-state.ts';

// Nothing here looks into a trace but for its id and how long it took.
const trace = (traceId: string, duration: number) =>
  ({ traceId, durationNano: String(duration) }) as TraceSummary;
const traces = (told: string) => told.split(' ').map((one) => trace(one[0]!, Number(one.slice(1))));
const shown = (rows: readonly TraceSummary[]) =>
  rows.map(({ traceId, durationNano }) => traceId + durationNano).join(' ');
const page = (told: string, among: SearchPage['among'], next?: string): SearchPage => ({
  items: traces(told),
  ...(next !== undefined && { next }),
  ...(among !== undefined && { among }),
  examined: { memory: { spans: 1, of: 1 }, store: { spans: 5, of: 9 } },
});
const many: readonly TraceSummary[] = Array.from({ length: SLOWEST_MAX }, (_, i) =>
  trace(`many ${i}`, 1_000 - i),
);
const full: TraceListState = { ...EMPTY, items: many, among: { traces: 5_000 } };
const arrived = (state: TraceListState, told: string, more = 0) =>
  withSlowArrived(state, { items: traces(told), more });

test('another look goes in among what there is, and the two are told together', () => {
  const first = withSlowestPage(EMPTY, page('a9 b5 c3', { traces: 40, until: '2000' }, 'n'));
  expect(first).toMatchObject({ next: 'n', hasStopped: true, among: { traces: 40 } });
  const both = withSlowestPage(first, page('d7 e4', { traces: 60, until: '900' }));
  expect(shown(both.items)).toBe('a9 d7 b5 e4 c3');
  expect(both.among).toEqual({ traces: 100, until: '900' });
  expect(both).toMatchObject({ next: undefined, hasStopped: false });
});

test('no more are kept than are shown, the fastest go', () => {
  const more = withSlowestPage(full, page('a2000 b950 c1', { traces: 3 }, 'n'));
  expect(more.items).toHaveLength(SLOWEST_MAX);
  expect(more.items[0]!.traceId).toBe('a');
  expect(more.items.map(({ traceId }) => traceId)).toContain('b');
  expect(more.items.at(-1)!.durationNano).toBe('903');
});

test('what arrives waits where it is slow enough, and what is known changes in its place', () => {
  const state = arrived(full, 'a950 b901 c900', 4);
  expect(shown(state.waiting)).toBe('a950');
  expect(state.passed).toBe(4);
  const some = withSlowestPage(EMPTY, page('a9 b5 c3', { traces: 3 }));
  const changed = arrived(some, 'd1 c8');
  expect(shown(changed.items)).toBe('a9 b5 c8');
  expect(shown(changed.waiting)).toBe('d1');
  const released = withSlowReleased(changed);
  expect(shown(released.items)).toBe('a9 c8 b5 d1');
  expect(released.waiting).toEqual([]);
  expect(withSlowReleased(released)).toBe(released);
});

test('the first look again keeps what was found further back, and moves nothing while it is held', () => {
  const first = page('a9 b5', { traces: 40, until: '2000' }, 'n');
  const state = withSlowestPage(
    withSlowestPage(EMPTY, first),
    page('c7', { traces: 60, until: '900' }, 'm'),
  );
  const again = page('d8 a9', { traces: 41, until: '2000' }, 'n');
  const free = withFirstSlowest(state, { page: again, isHeld: false });
  expect(shown(free.items)).toBe('a9 d8 c7 b5');
  expect(free).toMatchObject({ next: 'm', among: { traces: 100, until: '900' } });
  const held = withFirstSlowest(state, { page: again, isHeld: true });
  expect([shown(held.items), shown(held.waiting)]).toEqual(['a9 c7 b5', 'd8']);
  const alone = withFirstSlowest(EMPTY, { page: again, isHeld: true });
  expect(alone).toMatchObject({ next: 'n', among: { traces: 41 } });
  expect(shown(alone.items)).toBe('a9 d8');
});
