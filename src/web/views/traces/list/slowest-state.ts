/**
 * What the list holds where the slowest come first: those of all that was looked at, and of what arrived since. Pure functions, as those of
 * trace-list-state.ts for the newest first. Bound: SLOWEST_MAX rows, as many that wait.
 */
import type { TailTraces } from '../../../data/tail.ts';
import type { TraceSummary } from '../../../data/wire.ts';
import {
  type Among,
  EMPTY,
  type FirstPage,
  type SearchPage,
  type TraceListState,
} from './trace-list-state.ts';

export const SLOWEST_MAX = 100;

/** What another look found, further back. */
export function withSlowestPage(state: TraceListState, page: SearchPage): TraceListState {
  const { next, examined } = page;
  return {
    ...state,
    ...{ next, examined, hasStopped: next !== undefined },
    items: slowestOf([...page.items, ...state.items]),
    among: together(state.among, page.among),
  };
}

/** The first look, or again: then what was found further back stays. */
export function withFirstSlowest(
  state: TraceListState,
  { page, isHeld }: Omit<FirstPage, 'limit' | 'before'>,
): TraceListState {
  const wentFurther = (state.among?.traces ?? 0) > (page.among?.traces ?? 0);
  const alone = withSlowestPage(EMPTY, page);
  const { next, hasStopped, examined, among } = wentFurther ? state : alone;
  const told = { ...state, next, hasStopped, examined, among, passed: 0 };
  if (isHeld && state.items.length > 0)
    return withSlowArrived(told, { items: page.items, more: 0 });
  return {
    ...told,
    items: slowestOf([...page.items, ...state.waiting, ...state.items]),
    waiting: [],
  };
}

/** What the tail told: known ones change in their place, new ones wait if they are slow enough. */
export function withSlowArrived(
  state: TraceListState,
  { items, more }: TailTraces,
): TraceListState {
  const told = new Map<string, TraceSummary>(items.map((item) => [item.traceId, item]));
  const newer = (row: TraceSummary): TraceSummary => {
    const now = told.get(row.traceId);
    told.delete(row.traceId);
    return now ?? row;
  };
  const [shown, held] = [state.items.map(newer), state.waiting.map(newer)];
  const least = shown.length < SLOWEST_MAX ? -1 : Math.min(...shown.map(durationOf));
  const slow = [...told.values()].filter((trace) => durationOf(trace) > least);
  return {
    ...state,
    items: shown,
    waiting: slowestOf([...slow, ...held]),
    passed: state.passed + more,
  };
}

/** What waits comes in where it belongs, and what has changed goes there. */
export function withSlowReleased(state: TraceListState): TraceListState {
  const { items, waiting } = state;
  const isSorted = items.every(
    (item, i) => i === 0 || durationOf(items[i - 1]!) >= durationOf(item),
  );
  if (waiting.length === 0 && isSorted) return state;
  return { ...state, items: slowestOf([...waiting, ...items]), waiting: [] };
}

/** Each trace once, as the first of the same tells it. */
function slowestOf(traces: readonly TraceSummary[]): readonly TraceSummary[] {
  const known = new Set<string>();
  const each = traces.filter(({ traceId }) => known.size < known.add(traceId).size);
  return each.sort((a, b) => durationOf(b) - durationOf(a)).slice(0, SLOWEST_MAX);
}

const durationOf = ({ durationNano }: TraceSummary): number => Number(durationNano);

function together(before: Among | undefined, more: Among | undefined): Among | undefined {
  if (before === undefined || more === undefined) return more ?? before;
  const ends = [before.until, more.until].filter((until) => until !== undefined);
  const until =
    ends.length === 0 ? undefined : ends.reduce((a, b) => (BigInt(a) < BigInt(b) ? a : b));
  return { traces: before.traces + more.traces, ...(until !== undefined && { until }) };
}
