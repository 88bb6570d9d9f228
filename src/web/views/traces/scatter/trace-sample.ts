/** The newest traces of a range, beyond those that the list has: what is drawn where there are too many for all of them. */
import { API, askJson, type Query, urlOf } from '../../../data/api.ts';
import type { TraceSummary } from '../../../data/wire.ts';
import type { SearchPage } from '../list/trace-list-state.ts';

const SAMPLE_MAX = 1_000;
/** A page may end early, where the search stopped at its bound. */
const PAGES_MAX = 2;

export interface TraceSample {
  /** The last to get a span first. */
  readonly traces: readonly TraceSummary[];
  /** Whether these are all that there are. */
  readonly isAll: boolean;
}

export async function askSample(query: Query, signal: AbortSignal): Promise<TraceSample> {
  let traces: readonly TraceSummary[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX && traces.length < SAMPLE_MAX; page++) {
    const limit = SAMPLE_MAX - traces.length;
    const url = urlOf(`${API}/traces`, { ...query, limit, cursor });
    const { items, next } = await askJson<SearchPage>(url, signal);
    traces = [...traces, ...items];
    cursor = next;
    if (next === undefined) break;
  }
  return { traces, isAll: cursor === undefined };
}
