/**
 * The slowest traces that a search finds. No index knows how long a trace took: traces are searched for, the newest first, and of those that
 * were looked at the slowest are kept. Bounds of one look: TRACES_MAX traces, or SEARCH_MS; it says how far it came, and another goes on there.
 */
import type { Clock } from '../../model/clock.ts';
import type { TraceSummary } from '../../model/trace-summary.ts';
import type { TraceQuery } from '../../store/contracts/trace-query.ts';
import { lookThrough } from '../traces/look-through.ts';
import { searchOf } from '../traces/search-params.ts';
import type { TotalProgress } from '../traces/search-totals.ts';
import type { View } from '../view.ts';
import { SLOWEST_MAX } from '../view-choices.ts';

export interface SlowestTraces {
  /** The slowest first; of what runs, how long it has so far. */
  readonly items: readonly TraceSummary[];
  /** What these are the slowest of. */
  readonly among: {
    readonly traces: number;
    /** How early the first of them began; undefined where there is none. */
    readonly until: bigint | undefined;
  };
  /** Where another look goes on; undefined where all of the range was looked at. */
  readonly next: string | undefined;
  readonly examined: TotalProgress;
}

const LIMIT_DEFAULT = 50;
const TRACES_MAX = 2_000;
const SEARCH_MS = 1_500;

export function slowestView(clock: Clock): View<TraceQuery, SlowestTraces> {
  return {
    name: 'slowest',

    parseParams: (raw) => searchOf(raw, clock, SLOWEST_MAX),

    async render(reader, query, signal) {
      const kept = new SlowestKept(query.limit ?? LIMIT_DEFAULT);
      let until: bigint | undefined;
      const bounds = { tracesMax: TRACES_MAX, timeMs: SEARCH_MS };
      const looked = await lookThrough(reader, query, bounds, signal, (trace) => {
        kept.offer(trace);
        if (until === undefined || trace.startUnixNano < until) until = trace.startUnixNano;
      });
      const { traces, next, examined } = looked;
      return { items: kept.slowest(), among: { traces, until }, next, examined };
    },
  };
}

/** Of all that are offered; holds at most twice as many. */
class SlowestKept {
  readonly #limit: number;
  #traces: TraceSummary[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  offer(trace: TraceSummary): void {
    this.#traces.push(trace);
    if (this.#traces.length >= 2 * this.#limit) this.#traces = this.slowest();
  }

  /** Of two that took as long, the newer first. */
  slowest(): TraceSummary[] {
    const sorted = this.#traces.sort((a, b) => Number(b.durationNano - a.durationNano));
    return sorted.slice(0, this.#limit);
  }
}
