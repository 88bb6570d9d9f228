/** Is anything wrong: rate, errors and durations over time, each with its one number and what that was before. */
import type { ComponentChildren } from 'preact';
import { isDark } from '../../app/theme.ts';
import { colourAt } from '../../colour/palette.ts';
import { serviceColour } from '../../colour/service-colour.ts';
import { tokenColour } from '../../colour/token-colour.ts';
import type { ResolvedRange } from '../../data/time-range.ts';
import { rangeBetween } from '../../data/time-range.ts';
import { formatRate, formatShare } from '../../format/count.ts';
import { formatDuration } from '../../format/duration.ts';
import { rangeTitle } from '../../parts/range-picker.tsx';
import { statisticsText } from '../../text/statistics-en.ts';
import type { ChartLine } from './chart-options.ts';
import type { StatisticsData } from './statistics-data.ts';
import { TimeChart } from './time-chart.tsx';
import { columnsOf, type PointColumns, type SeriesPoint } from './time-series.ts';
import './health-charts.css';

export const QUANTILES = ['p50', 'p95', 'p99'] as const;
export type Quantile = (typeof QUANTILES)[number];

export interface HealthChartsProps {
  readonly data: StatisticsData;
  readonly range: ResolvedRange;
  /** The present, or the end of the range: what is counted ends there. */
  readonly until: number;
  /** A line a service, or an operation of one; else all together. */
  readonly isSplit: boolean;
  /** Of the lines where they are split. */
  readonly quantile: Quantile;
  readonly areServices: boolean;
  onRange(range: ResolvedRange): void;
}

/** More lines say nothing. */
const LINES_MAX = 6;
const said = statisticsText;

export function HealthCharts(props: HealthChartsProps) {
  const { data, range, until, isSplit, quantile, areServices, onRange } = props;
  const statistics = isSplit ? data.parts : data.total;
  const shown = statistics.series.slice(0, LINES_MAX).map(({ key, points }, place) => ({
    name: key,
    columns: columnsOf(statistics, points, range.from, until),
    colour: areServices ? serviceColour(key).line : colourAt(place, isDark.value).line,
  }));
  const lines = (name: keyof PointColumns): ChartLine[] =>
    shown.map(({ name: key, columns, colour }) => ({ name: key, colour, values: columns[name] }));
  const only = shown[0]?.columns;
  const one = (name: keyof PointColumns, title: string, colour: string): ChartLine => ({
    ...{ name: title, colour, values: only?.[name] ?? [], isFilled: true },
  });
  const [ink, error] = [tokenColour('--accent'), tokenColour('--error')];
  const quantiles = QUANTILES.map((name, place) => ({
    ...{ name, values: only?.[name] ?? [], isDashed: place === 0 },
    colour: tokenColour(place === 2 ? '--ink' : '--ink-faint'),
  }));
  const chart = {
    ...{ range, onRange, time: only?.time ?? [] },
    stepSeconds: Number(statistics.stepNano) / 1e9,
  };
  const { now, before } = data;
  const seconds = (until - range.from) / 1000;
  const rate = (point: SeriesPoint | undefined): number =>
    (point?.count ?? 0) / Math.max(1, seconds);
  const share = (point: SeriesPoint): number => point.errors / Math.max(1, point.count);
  const shownQuantile = isSplit ? quantile : 'p99';
  const nanos = (point: SeriesPoint): string => formatDuration(point[`${shownQuantile}Nano`]);
  const perSecond = (value: number): string => said.chart.perSecond(formatRate(value));
  const compared = before !== undefined && before.count > 0 ? before : undefined;
  const was = (tell: (point: SeriesPoint) => string): string =>
    compared === undefined ? '' : said.was(tell(compared));
  const beforeTitle = said.wasTitle(
    rangeTitle(rangeBetween({ from: range.from * 2 - range.to, to: range.from })),
  );
  return (
    <div class="health-charts">
      <Health
        title={said.rate}
        value={perSecond(rate(now))}
        was={was((point) => perSecond(rate(point)))}
        wasTitle={beforeTitle}
      >
        <TimeChart
          {...chart}
          name={said.rate}
          atLeast={0.1}
          lines={isSplit ? lines('rate') : [one('rate', said.rate, ink)]}
          format={perSecond}
        />
      </Health>
      <Health
        title={said.errors}
        value={formatShare(now === undefined ? 0 : share(now))}
        isBad={(now?.errors ?? 0) > 0}
        was={was((point) => formatShare(share(point)))}
        wasTitle={beforeTitle}
      >
        <TimeChart
          {...chart}
          name={said.errors}
          atLeast={0.01}
          lines={isSplit ? lines('errorShare') : [one('errorShare', said.errors, error)]}
          format={formatShare}
        />
      </Health>
      <Health
        title={said.durationOf(shownQuantile)}
        value={now === undefined ? '–' : nanos(now)}
        was={was(nanos)}
        wasTitle={beforeTitle}
      >
        <TimeChart
          {...chart}
          name={said.duration}
          atLeast={1000}
          lines={isSplit ? lines(quantile) : quantiles}
          format={formatDuration}
        />
      </Health>
      {isSplit && statistics.series.length > LINES_MAX && (
        <p class="health-charts-note faint">{said.ofTop(LINES_MAX, statistics.series.length)}</p>
      )}
    </div>
  );
}

interface HealthProps {
  readonly title: string;
  readonly value: string;
  readonly was: string;
  readonly wasTitle: string;
  readonly isBad?: boolean;
  readonly children: ComponentChildren;
}

function Health({ title, value, was, wasTitle, isBad = false, children }: HealthProps) {
  return (
    <figure>
      <figcaption>
        <span class="soft">{title}</span>
        <span class={`health-charts-value ${isBad ? 'failed' : ''}`}>{value}</span>
        <span class="faint" title={wasTitle}>
          {was}
        </span>
      </figcaption>
      {children}
    </figure>
  );
}
