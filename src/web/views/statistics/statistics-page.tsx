/** Three questions from top to bottom: is anything wrong, where, and which ones. */
import { useMemo } from 'preact/hooks';
import { useKeys } from '../../app/keys.ts';
import { hrefWith, navigate, param, params, setParams } from '../../app/location.ts';
import {
  chosenRange,
  RANGES,
  type ResolvedRange,
  rangeBetween,
  rangeParams,
  resolveRange,
  wholeMinutes,
} from '../../data/time-range.ts';
import { useResource } from '../../data/use-resource.ts';
import { formatCount } from '../../format/count.ts';
import { formatDuration, searchDuration } from '../../format/duration.ts';
import { NothingInRange } from '../../parts/nothing-in-range.tsx';
import { Problem } from '../../parts/problem.tsx';
import { usePresent } from '../../parts/use-present.ts';
import { text } from '../../text/en.ts';
import { statisticsText } from '../../text/statistics-en.ts';
import { type DurationBrush, DurationChart } from './duration-chart.tsx';
import { Examples } from './examples.tsx';
import { HealthCharts, QUANTILES } from './health-charts.tsx';
import { type OperationRow, operationRows, SORTS, sortOperations } from './operation-rows.ts';
import { OperationTable } from './operation-table.tsx';
import { SERVICE_SELECT, StatisticsBar } from './statistics-bar.tsx';
import { askStatistics, type StatisticsData, type Subject } from './statistics-data.ts';
import { StatisticsFoot } from './statistics-foot.tsx';
import './statistics-page.css';

const RANGE_DEFAULT = '1h';
const said = statisticsText;

export function StatisticsPage() {
  const chosen = chosenRange(params.value, RANGE_DEFAULT);
  const { now, refresh } = usePresent(chosen.last !== undefined);
  const range = wholeMinutes(resolveRange(chosen, now));
  const service = param('service');
  const subject: Subject = {
    service,
    operation: service === undefined ? undefined : param('operation'),
  };
  const isSplit = param('by') === 'split' && subject.operation === undefined;
  const quantile = QUANTILES.find((name) => name === param('quantile')) ?? 'p99';
  const key = JSON.stringify([chosen.last === undefined ? range : now, chosen, subject]);
  const { data, error, reload } = useResource(key, async (signal) => ({
    numbers: await askStatistics(range, subject, signal),
    // Of the same asking: what is shown while the next one is on its way stays true.
    ...{ range, subject, until: Math.min(range.to, now) },
  }));
  const ask = chosen.last === undefined ? reload : refresh;
  const services = data?.numbers.services ?? [];
  useStatisticsKeys(chosen.last, isSplit, ask);
  const show = (to: ResolvedRange): void => setParams(rangeParams(rangeBetween(wholeMinutes(to))));
  return (
    <div class="statistics-page">
      <h1 class="unseen">{said.title}</h1>
      <StatisticsBar
        {...{ subject, services, isSplit, quantile, now, refresh: ask }}
        range={chosen}
      />
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <p class="soft">{text.loading}</p>}
      {data !== undefined && data.numbers.dashboard.spans === 0 && (
        <NothingInRange title={said.empty} />
      )}
      {data !== undefined && data.numbers.dashboard.spans > 0 && (
        <>
          <section aria-labelledby="statistics-wrong">
            <h2 id="statistics-wrong">{said.wrong}</h2>
            <HealthCharts
              data={data.numbers}
              range={data.range}
              until={data.until}
              isSplit={isSplit}
              quantile={quantile}
              areServices={data.subject.service === undefined}
              onRange={show}
            />
          </section>
          <Where {...data} />
          <Which {...data} now={now} />
        </>
      )}
      {data !== undefined && <StatisticsFoot dashboard={data.numbers.dashboard} />}
    </div>
  );
}

interface Asked {
  readonly numbers: StatisticsData;
  readonly range: ResolvedRange;
  readonly subject: Subject;
  readonly until: number;
}

function Where({ numbers, range, subject, until }: Asked) {
  const compares = numbers.operationsBefore.series.length > 0;
  const sort = SORTS.find((name) => name === param('sort')) ?? (compares ? 'change' : 'errors');
  const rows = useMemo(
    () =>
      operationRows({
        ...{ now: numbers.operationsNow, before: numbers.operationsBefore },
        ...{ over: numbers.operationsOver, services: numbers.services },
        ...{ service: subject.service, from: range.from, until },
      }),
    [numbers, subject, range, until],
  );
  const sorted = useMemo(() => sortOperations(rows, sort), [rows, sort]);
  const href = ({ service, operation }: OperationRow): string =>
    tracesHref({ service, operation }, {});
  return (
    <section aria-labelledby="statistics-where">
      <div class="statistics-head">
        <h2 id="statistics-where">{said.where}</h2>
        <nav class="statistics-sorts" aria-label={said.sort.label}>
          {SORTS.map((name) => (
            <a
              key={name}
              href={hrefWith({ sort: name })}
              aria-current={name === sort ? 'true' : undefined}
            >
              {said.sort[name]}
            </a>
          ))}
        </nav>
        {!compares && <span class="faint">{said.noBefore}</span>}
      </div>
      <OperationTable rows={sorted} chosen={subject.operation} tracesHref={href} />
    </section>
  );
}

function Which({ numbers, subject, now }: Asked & { readonly now: number }) {
  const [min, max] = [Number(param('min') ?? Number.NaN), Number(param('max') ?? Number.NaN)];
  const brush = max > min && min > 0 ? { from: min, to: max } : undefined;
  const onBrush = (to: DurationBrush | undefined): void =>
    setParams({ min: to?.from.toPrecision(6), max: to?.to.toPrecision(6) }, { replace: true });
  const { durations } = numbers;
  const within =
    brush === undefined
      ? // The slowest of all may be at it.
        { min_duration: searchDuration(Number(durations.p95Nano), 'less') }
      : { min_duration: searchDuration(brush.from), max_duration: searchDuration(brush.to) };
  const failed = { status: 'Failed' };
  const query = { ...subject, ...rangeOfUrl() };
  const search = tracesHref(subject, within);
  const { examples, histogram } = said;
  const ends = brush && ([formatDuration(brush.from), formatDuration(brush.to)] as const);
  const count = brush && countWithin(durations.buckets, brush);
  return (
    <section aria-labelledby="statistics-which">
      <h2 id="statistics-which">{said.which}</h2>
      <div class="statistics-which">
        <div>
          <h3>{histogram.title}</h3>
          <DurationChart {...{ durations, brush, onBrush }} onSearch={() => navigate(search)} />
          {ends !== undefined && (
            <p class="statistics-brushed">
              <span>{histogram.chosen(...ends, formatCount(Math.round(count ?? 0)))}</span>
              <a href={search}>{histogram.search}</a>
              <a href={hrefWith({ min: undefined, max: undefined })}>{histogram.clear}</a>
            </p>
          )}
        </div>
        <Examples
          title={
            ends === undefined
              ? examples.slow(formatDuration(durations.p95Nano))
              : examples.chosen(...ends)
          }
          query={{ ...query, ...within }}
          href={search}
          now={now}
        />
        <Examples
          title={examples.failed}
          query={{ ...query, ...failed }}
          href={tracesHref(subject, failed)}
          now={now}
        />
      </div>
    </section>
  );
}

function countWithin(
  buckets: StatisticsData['durations']['buckets'],
  { from, to }: DurationBrush,
): number {
  return buckets
    .filter(({ fromNano, toNano }) => {
      const middle = Math.sqrt(Math.max(1, Number(fromNano)) * Math.max(1, Number(toNano)));
      return middle >= from && middle < to;
    })
    .reduce((sum, { count }) => sum + count, 0);
}

const rangeOfUrl = () => rangeParams(chosenRange(params.value, RANGE_DEFAULT));

/** The search of the traces view, over the same time. */
function tracesHref(
  { service, operation }: Subject,
  more: Readonly<Record<string, string | undefined>>,
): string {
  const from = new URL('/traces', window.location.href);
  return hrefWith({ service, operation, ...rangeOfUrl(), ...more }, from);
}

function useStatisticsKeys(last: string | undefined, isSplit: boolean, ask: () => void): void {
  const { keys } = said;
  const step = (by: number): void => {
    const at = RANGES.findIndex((name) => name === (last ?? RANGE_DEFAULT));
    const to = RANGES[Math.min(RANGES.length - 1, Math.max(0, (at < 0 ? 1 : at) + by))]!;
    setParams(rangeParams({ last: to }));
  };
  useKeys(keys.title, [
    { keys: ['s'], does: keys.sort, run: nextSort },
    {
      keys: ['/'],
      does: keys.service,
      run: () => document.getElementById(SERVICE_SELECT)?.focus(),
    },
    { keys: ['r'], does: keys.refresh, run: ask },
    { keys: ['b'], does: keys.split, run: () => setParams({ by: isSplit ? undefined : 'split' }) },
    { keys: ['+'], does: keys.wider, run: () => step(1) },
    { keys: ['-'], does: keys.narrower, run: () => step(-1) },
  ]);
}

function nextSort(): void {
  const at = SORTS.findIndex((name) => name === (param('sort') ?? 'change'));
  const next = SORTS[(at + 1) % SORTS.length]!;
  setParams({ sort: next });
}
