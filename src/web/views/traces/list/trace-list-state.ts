/**
 * What the list holds: pages of a search, what arrived since, and what arrived but waits because somebody reads. Pure functions over it.
 * Bounds: 1,000 rows of what arrives live, ROWS_MAX of pages that somebody scrolled to; 1,000 that wait.
 */
import type { TailTraces } from '../../../data/tail.ts';
import type { TraceSummary } from '../../../data/wire.ts';

export const LIVE_MAX = 1_000;
export const ROWS_MAX = 10_000;

/** How far a search looked. */
export interface Examined {
  readonly memory: { readonly spans: number; readonly of: number };
  readonly store: { readonly spans: number; readonly of: number };
}

export interface SearchPage {
  readonly items: readonly TraceSummary[];
  readonly next?: string;
  readonly examined: Examined;
  /** Of the slowest: what these are the slowest of. */
  readonly among?: Among;
}

export interface Among {
  readonly traces: number;
  /** Nanoseconds since 1970: how early the first of them began. */
  readonly until?: string;
}

export interface TraceListState {
  /** What is shown, newest first. */
  readonly items: readonly TraceSummary[];
  /** New, and not shown until nobody is disturbed; newest first. */
  readonly waiting: readonly TraceSummary[];
  /** The search goes on here. */
  readonly next: string | undefined;
  /** The last page ended early: the search stopped at its bound. */
  readonly hasStopped: boolean;
  readonly examined: Examined | undefined;
  /** Where the slowest come first: of how many. */
  readonly among: Among | undefined;
  /** Arrived, but only counted. */
  readonly passed: number;
  /** Between what waits and what is shown there may be others: to show what waits is to ask anew. */
  readonly hasHole: boolean;
  /** Left at the foot to make room at the top. */
  readonly trimmed: number;
}

export const EMPTY: TraceListState = {
  ...{ items: [], waiting: [], next: undefined, hasStopped: false },
  ...{ examined: undefined, among: undefined, passed: 0, hasHole: false, trimmed: 0 },
};

/** A page beneath what there is. What is there already stays where it is, in its newer form. */
export function withPage(state: TraceListState, page: SearchPage, limit: number): TraceListState {
  const known = new Map(page.items.map((item) => [item.traceId, item]));
  const items = state.items.map((item) => {
    const newer = known.get(item.traceId);
    known.delete(item.traceId);
    return newer ?? item;
  });
  for (const { traceId } of state.waiting) known.delete(traceId);
  const all = [...items, ...known.values()].slice(0, ROWS_MAX);
  return {
    ...state,
    items: all,
    next: all.length < ROWS_MAX ? page.next : undefined,
    // A page that is nearly full has come to the bound of what it opens, and the next one is as good.
    hasStopped: page.next !== undefined && page.items.length < limit / 2,
    examined: page.examined,
  };
}

export interface FirstPage {
  readonly page: SearchPage;
  readonly limit: number;
  /** What was there when it was asked for: what came since is newer than the page. */
  readonly before: TraceListState;
  /** What is shown stays in its place, and what is new waits. */
  readonly isHeld: boolean;
}

/**
 * The first page, or again where something was passed over: what came since above it, what is older beneath it. Where it does not reach what
 * was there, there may be others between the two: then the older ones go, or, while the list is held, the hole is noted.
 */
export function withFirstPage(state: TraceListState, given: FirstPage): TraceListState {
  const { page, limit, before, isHeld } = given;
  const told = new Map(page.items.map((item) => [item.traceId, item]));
  const known = new Set([...before.waiting, ...before.items].map(({ traceId }) => traceId));
  const others = (rows: readonly TraceSummary[], areKnown: boolean): readonly TraceSummary[] =>
    rows.filter(({ traceId }) => !told.has(traceId) && known.has(traceId) === areKnown);
  const isFirst = known.size === 0 || state.examined === undefined;
  const meets = isFirst || page.items.some(({ traceId }) => known.has(traceId));
  const alone = withPage(EMPTY, page, limit);
  const passed = meets ? 0 : state.passed;
  // What is there may have arrived before any page: then the search goes on beneath this one.
  const { next, hasStopped, examined } = isFirst || !meets ? alone : state;
  if (isHeld && state.items.length > 0) {
    const shown = new Set(state.items.map(({ traceId }) => traceId));
    const unseen = page.items.filter(({ traceId }) => !shown.has(traceId));
    const { waiting } = state;
    return {
      ...state,
      ...(isFirst && { next, hasStopped, examined }),
      items: state.items.map((item) => told.get(item.traceId) ?? item),
      waiting: [...others(waiting, false), ...unseen, ...others(waiting, true)].slice(0, LIVE_MAX),
      passed,
      hasHole: state.hasHole || !meets,
    };
  }
  const all = [...state.waiting, ...state.items];
  const items = meets ? others(all, true) : [];
  const waiting = [...others(all, false), ...page.items];
  const { trimmed } = state;
  return withReleased({ ...EMPTY, next, hasStopped, examined, items, waiting, passed, trimmed });
}

/** What the tail told: known ones change in their place, new ones wait. */
export function withArrived(state: TraceListState, { items, more }: TailTraces): TraceListState {
  const told = new Map<string, TraceSummary>(items.map((item) => [item.traceId, item]));
  const changed = (rows: readonly TraceSummary[]): readonly TraceSummary[] => {
    if (!rows.some(({ traceId }) => told.has(traceId))) return rows;
    return rows.map((row) => {
      const newer = told.get(row.traceId);
      if (newer !== undefined) told.delete(row.traceId);
      return newer ?? row;
    });
  };
  const shown = changed(state.items);
  const held = changed(state.waiting);
  const waiting = [...told.values(), ...held];
  return {
    ...state,
    items: shown,
    waiting: waiting.slice(0, LIVE_MAX),
    passed: state.passed + more + Math.max(0, waiting.length - LIVE_MAX),
  };
}

/** What waits comes in at the top. */
export function withReleased(state: TraceListState): TraceListState {
  if (state.waiting.length === 0) return state;
  const all = [...state.waiting, ...state.items];
  const trimmed = Math.max(0, all.length - LIVE_MAX);
  return {
    ...state,
    items: all.slice(0, LIVE_MAX),
    waiting: [],
    trimmed: state.trimmed + trimmed,
    // The place where the search goes on lies below what has left.
    ...(trimmed > 0 && { next: undefined, hasStopped: false }),
  };
}
