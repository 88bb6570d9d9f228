/** The first screen: what is looked for, when it happened, what was found, and what arrives. All that a link must bring back is in the URL. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useKeys } from '../../app/keys.ts';
import { param, params, setParams } from '../../app/location.ts';
import { API, askJson, type Query, urlOf } from '../../data/api.ts';
import { openTail } from '../../data/tail.ts';
import { chosenRange, rangeQuery } from '../../data/time-range.ts';
import { useResource } from '../../data/use-resource.ts';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/problem.tsx';
import { RangePicker, rangeTitle } from '../../parts/range-picker.tsx';
import { tracesText } from '../../text/traces-en.ts';
import { chartParam, TraceChart } from './chart/trace-chart.tsx';
import { chosenColumns } from './columns/chosen-columns.ts';
import { ColumnsDialog } from './columns/columns-dialog.tsx';
import { FirstSpan } from './empty/first-span.tsx';
import { NothingFound } from './empty/nothing-found.tsx';
import { Histogram } from './histogram/histogram.tsx';
import { askHistogram } from './histogram/search-histogram.ts';
import { ListEnd } from './list/list-end.tsx';
import { ListFoot } from './list/list-foot.tsx';
import type { OrderName } from './list/list-order.ts';
import { TraceList } from './list/trace-list.tsx';
import { useTraceSearch } from './list/use-trace-search.ts';
import type { Catalogue } from './query/complete-term.ts';
import { SearchBox } from './query/search-box.tsx';
import type { SearchTerm } from './query/search-term.ts';
import { paramsOfTerms, termsOfParams } from './query/terms-in-url.ts';
import { askSample } from './scatter/trace-sample.ts';
import './traces-page.css';

const RANGE = '1h';
const NOTHING: Catalogue = { services: [] };
/** How often what was counted is counted anew while traces arrive: seldom where it takes a search of a second and more. */
const RECOUNT_MS = { spans: 2_000, traces: 10_000 } as const;

export function TracesPage() {
  const terms = useMemo(() => termsOfParams(params.value), [params.value]);
  const range = useMemo(() => chosenRange(params.value, RANGE), [params.value]);
  const query: Query = { ...paramsOfTerms(terms), ...rangeQuery(range) };
  const hasEnded = range.to !== undefined;
  const isLive = !hasEnded && param('live') !== 'off';
  const scaleKind = param('scale') === 'linear' ? 'linear' : 'log';
  const chart = param('chart') === 'durations' ? 'durations' : 'count';
  const order = param('order') === 'slowest' ? 'slowest' : 'newest';
  const [isEmpty, setIsEmpty] = useState(false);
  const columns = useMemo(() => chosenColumns(params.value), [params.value]);
  const [isChoosing, setIsChoosing] = useState(false);
  const listQuery = { ...query, column: columns };
  const { search, isCurrent } = useTraceSearch(listQuery, order, isLive || isEmpty);
  const { items, waiting, passed, trimmed } = search.state.value;
  const hasNone = items.length + waiting.length === 0;
  const catalogue = useResource(`services ${hasNone}`, (signal) =>
    askJson<Catalogue>(`${API}/services`, signal),
  );
  const nothingStored = hasNone && catalogue.data?.services.length === 0;
  useEffect(() => setIsEmpty(nothingStored), [nothingStored]);
  const buckets = bucketsFor(window.innerWidth);
  const key = nothingStored ? undefined : urlOf('', query);
  const histogram = useResource(chart === 'count' ? key : undefined, (signal) =>
    askHistogram(query, buckets, signal),
  );
  const counted = histogram.data;
  const sampled = useResource(chart === 'durations' ? key : undefined, async (signal) => ({
    ...(await askSample(query, signal)),
    of: key,
  }));
  // What is shown is of the search before while the next is asked for, and either may be there first.
  const isSampleShown = sampled.data?.of === urlOf('', { ...search.query, column: undefined });
  const sample = isSampleShown ? sampled.data : undefined;
  const recounted = chart === 'durations' ? 'traces' : (counted?.what ?? 'spans');
  const recount = chart === 'durations' ? sampled.reload : histogram.reload;
  // What the list has of them is drawn by itself.
  const unlisted = { value: passed + trimmed };
  const moved = chart === 'durations' ? unlisted : search.state;
  useRecount(isLive, moved, RECOUNT_MS[recounted], recount);
  const dropped = useDropped();
  const setTerms = (next: readonly SearchTerm[]): void => setParams(paramsOfTerms(next));
  const toggleLive = (): void => setParams({ live: isLive ? 'off' : undefined }, { replace: true });
  const toggleScale = (): void =>
    setParams({ scale: scaleKind === 'log' ? 'linear' : undefined }, { replace: true });
  const isFailed = query['status'] === 'Failed';
  const toggleFailed = (): void => setParams({ status: isFailed ? undefined : 'Failed' });
  const setOrder = (next: OrderName): void =>
    setParams({ order: next === 'newest' ? undefined : next });
  const toggleChart = (): void => setParams(chartParam(chart === 'count' ? 'durations' : 'count'));
  const toggleOrder = (): void => setOrder(order === 'newest' ? 'slowest' : 'newest');
  useKeys(tracesText.keysTitle, [
    { keys: ['l'], does: tracesText.keys.live, run: toggleLive },
    { keys: ['s'], does: tracesText.keys.order, run: toggleOrder },
    { keys: ['c'], does: tracesText.keys.columns, run: () => setIsChoosing(true) },
    { keys: ['e'], does: tracesText.keys.failed, run: toggleFailed },
    { keys: ['d'], does: tracesText.keys.chart, run: toggleChart },
    { keys: ['x'], does: tracesText.keys.scale, run: toggleScale },
  ]);
  const error = search.error.value;
  const found = counted?.what === 'traces' && counted.share === 1 ? counted.count : undefined;
  const total =
    chart === 'count' ? found : sample?.isAll && !isLive ? sample.traces.length : undefined;
  return (
    <div class="traces-page">
      <h1 class="unseen">{tracesText.keysTitle}</h1>
      <div class="traces-page-bar">
        <SearchBox terms={terms} catalogue={catalogue.data ?? NOTHING} onTerms={setTerms} />
        <div class="traces-page-tools">
          <RangePicker range={range} withAll />
          <span class="traces-page-order">
            <Button
              pressed={order === 'slowest'}
              label={tracesText.order.label}
              onClick={toggleOrder}
            >
              {tracesText.order.slowest}
            </Button>
          </span>
          <Button pressed={isFailed} label={tracesText.failed.label} onClick={toggleFailed}>
            {tracesText.failed.on}
          </Button>
          <Button
            pressed={isLive}
            disabled={hasEnded}
            label={hasEnded ? tracesText.live.ended : tracesText.live.label}
            onClick={toggleLive}
          >
            <span class={`traces-page-dot ${isLive ? 'traces-page-dot-on' : ''}`} />
            {tracesText.live.on}
          </Button>
        </div>
      </div>
      {nothingStored ? (
        <FirstSpan onLook={() => void search.load()} />
      ) : (
        <>
          <TraceChart
            chart={chart}
            scatter={{
              ...{ search, sample, range, scaleKind, isLive },
              ...{ isStale: !isCurrent, error: error === undefined ? sampled.error : undefined },
            }}
          >
            {counted === undefined ? (
              <p class="traces-page-no-histogram soft">
                {error === undefined && histogram.error?.message}
              </p>
            ) : (
              <Histogram histogram={counted} isStale={!histogram.isCurrent} />
            )}
          </TraceChart>
          {error !== undefined && hasNone ? (
            <div class="traces-page-problem">
              <Problem error={error} onRetry={() => void search.load()}>
                {terms.length > 0 && (
                  <Button onClick={() => setTerms([])}>{tracesText.search.clear}</Button>
                )}
              </Problem>
            </div>
          ) : hasNone && search.hasLoaded.value ? (
            <NothingFound
              {...{ search, terms, range }}
              title={rangeTitle(range)}
              onTerms={setTerms}
            />
          ) : (
            <TraceList
              {...{ search, scaleKind, columns }}
              isStale={!isCurrent}
              isSampled={(dropped?.['sampled_out'] ?? 0) > 0}
              onScaleKind={toggleScale}
              onOrder={setOrder}
              onColumns={() => setIsChoosing(true)}
              onClear={() => setTerms([])}
            >
              <ListEnd search={search} />
            </TraceList>
          )}
          <ListFoot {...{ search, total, dropped }} />
        </>
      )}
      {isChoosing && (
        <ColumnsDialog
          columns={columns}
          traceIds={items.map(({ traceId }) => traceId)}
          onClose={() => setIsChoosing(false)}
        />
      )}
    </div>
  );
}

/** Columns wide enough to be hit. */
const bucketsFor = (width: number): number => (width < 640 ? 40 : width < 1_600 ? 100 : 180);

/** While traces arrive, what is counted is asked for again, now and then. */
function useRecount(
  isLive: boolean,
  state: { readonly value: unknown },
  everyMs: number,
  reload: () => void,
): void {
  const [seen, setSeen] = useState<unknown>();
  const now = state.value;
  // Reload is another function at every rendering.
  useEffect(() => {
    if (!isLive || seen === now) return;
    const timer = window.setTimeout(() => {
      setSeen(now);
      reload();
    }, everyMs);
    return () => window.clearTimeout(timer);
  }, [isLive, seen === now]);
}

function useDropped(): Readonly<Record<string, number>> | undefined {
  const [dropped, setDropped] = useState<Readonly<Record<string, number>>>();
  useEffect(() => openTail(undefined, { onRate: (rate) => setDropped(rate.dropped) }), []);
  return dropped;
}
