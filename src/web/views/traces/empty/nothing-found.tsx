/** Nothing was found: which term to leave out, tried one by one, and whether there is more to look at. */
import { setParams } from '../../../app/location.ts';
import { ALL, type ChosenRange, rangeParams } from '../../../data/time-range.ts';
import { formatCount } from '../../../format/count.ts';
import { Button } from '../../../parts/button.tsx';
import { tracesText } from '../../../text/traces-en.ts';
import type { TraceSearch } from '../list/trace-search.ts';
import { type SearchTerm, writtenTerm } from '../query/search-term.ts';
import { LOOSER_MAX, useLooserSearches } from './use-looser-searches.ts';
import './nothing-found.css';

export interface NothingFoundProps {
  readonly search: TraceSearch;
  readonly terms: readonly SearchTerm[];
  readonly range: ChosenRange;
  /** The range in words. */
  readonly title: string;
  onTerms(terms: readonly SearchTerm[]): void;
}

export function NothingFound({ search, terms, range, title, onTerms }: NothingFoundProps) {
  const words = tracesText.none;
  const { next, examined } = search.state.value;
  const looser = useLooserSearches(terms, range);
  const looked = examined && (examined.store.of > 0 ? examined.store : examined.memory);
  return (
    <section class="nothing-found" role="status">
      <h2>{words.title}</h2>
      {next === undefined && (
        <p class="soft">{terms.length > 0 ? words.inRange(title) : words.inRangeAny(title)}</p>
      )}
      {looser.length > 0 && (
        <ul class="nothing-found-terms">
          {looser.map(({ term, found }) => (
            <li key={writtenTerm(term)}>
              <Button
                disabled={found === 0}
                onClick={() => onTerms(terms.filter((other) => other !== term))}
              >
                {words.without(writtenTerm(term))}
              </Button>
              <span class="soft">
                {found === undefined
                  ? '…'
                  : found === 0
                    ? words.findsToo
                    : words.finds(found === LOOSER_MAX ? `${found}+` : String(found))}
              </span>
            </li>
          ))}
        </ul>
      )}
      {next !== undefined && (
        <p>
          {words.stopped}{' '}
          {looked && (
            <span class="soft">
              {tracesText.foot.looked(formatCount(looked.spans), formatCount(looked.of))}
            </span>
          )}
        </p>
      )}
      <p class="nothing-found-ways">
        {next !== undefined && (
          <Button look="main" disabled={search.isLoading.value} onClick={() => void search.more()}>
            {tracesText.foot.goOn}
          </Button>
        )}
        {range.last !== ALL && (
          <Button onClick={() => setParams(rangeParams({ last: ALL }))}>{words.everything}</Button>
        )}
        {terms.length > 0 && <Button onClick={() => onTerms([])}>{words.clear}</Button>}
      </p>
    </section>
  );
}
