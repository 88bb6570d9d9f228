/** What would be found without one of the terms: asked one after another, each for a few traces, of the first six terms. */
import { useEffect, useState } from 'preact/hooks';
import { API, askJson, type Query, urlOf } from '../../../data/api.ts';
import { type ChosenRange, rangeQuery } from '../../../data/time-range.ts';
import type { SearchPage } from '../list/trace-list-state.ts';
import type { SearchTerm } from '../query/search-term.ts';
import { paramsOfTerms } from '../query/terms-in-url.ts';

export const LOOSER_MAX = 20;
const TERMS_MAX = 6;

export interface LooserSearch {
  readonly term: SearchTerm;
  /** Traces, up to LOOSER_MAX; undefined until it is known. */
  readonly found: number | undefined;
}

export function useLooserSearches(
  terms: readonly SearchTerm[],
  range: ChosenRange,
): readonly LooserSearch[] {
  const [found, setFound] = useState<ReadonlyMap<SearchTerm, number>>(new Map());
  const tried = terms.slice(0, TERMS_MAX);
  // The terms that are tried are the first of the terms.
  useEffect(() => {
    const gone = new AbortController();
    const tryAll = async (): Promise<void> => {
      for (const term of tried) {
        const rest = terms.filter((other) => other !== term);
        const query: Query = { ...paramsOfTerms(rest), ...rangeQuery(range), limit: LOOSER_MAX };
        const page = await askJson<SearchPage>(urlOf(`${API}/traces`, query), gone.signal);
        setFound((was) => new Map(was).set(term, page.items.length));
      }
    };
    // What cannot be tried is not suggested; whoever asked for it has gone, or the list says why nobody answers.
    tryAll().catch(() => undefined);
    return () => gone.abort();
  }, [terms, range]);
  return tried.map((term) => ({ term, found: found.get(term) }));
}
