/**
 * Values over time: pointed at in all charts at once, and brushed to a range of time, by mouse and by keyboard. uPlot is loaded when the first
 * chart is shown.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { tokenColour } from '../../colour/token-colour.ts';
import type { ResolvedRange } from '../../data/time-range.ts';
import { formatClock } from '../../format/time.ts';
import { Problem } from '../../parts/problem.tsx';
import { useWidth } from '../../parts/use-width.ts';
import { statisticsText } from '../../text/statistics-en.ts';
import { CHART_HEIGHT, type ChartLine, chartOptions } from './chart-options.ts';
import './time-chart.css';

export interface TimeChartProps {
  readonly name: string;
  /** Seconds since 1970, the starts of the steps. */
  readonly time: readonly number[];
  readonly stepSeconds: number;
  readonly lines: readonly ChartLine[];
  readonly range: ResolvedRange;
  readonly atLeast: number;
  format(value: number): string;
  onRange(range: ResolvedRange): void;
}

const said = statisticsText.chart;

export function TimeChart(props: TimeChartProps) {
  const { name, time, lines, range, format } = props;
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const width = useWidth(host);
  const [at, setAt] = useState<number>();
  const [failure, setFailure] = useState<Error>();
  const anchor = useRef<number | undefined>(undefined);
  const newest = useRef(props);
  newest.current = props;
  const [ink, grid] = [tokenColour('--ink-faint'), tokenColour('--line')];
  const look = `${ink} ${range.from} ${range.to} ${lines.map((line) => `${line.name}${line.colour}`)}`;
  useEffect(() => {
    let isGone = false;
    let made: uPlot | undefined;
    const element = host.current!;
    void loadUplot().then((Plot) => {
      if (isGone) return;
      const now = newest.current;
      const within = { from: range.from / 1000, to: range.to / 1000 };
      const options = chartOptions(
        now.lines,
        within,
        { format: (value) => newest.current.format(value), ink, grid, atLeast: now.atLeast },
        {
          onPoint: setAt,
          onBrush: (from, to) => newest.current.onRange({ from: from * 1000, to: to * 1000 }),
        },
      );
      const size = { width: element.clientWidth, height: CHART_HEIGHT };
      made = new Plot({ ...options, ...size }, dataOf(now), element);
      chart.current = made;
    }, setFailure);
    return () => {
      isGone = true;
      made?.destroy();
      chart.current = undefined;
      setAt(undefined);
    };
  }, [look]);
  useEffect(() => chart.current?.setSize({ width, height: CHART_HEIGHT }), [width]);
  useEffect(() => chart.current?.setData(dataOf(props), true), [time, lines]);

  const point = (to: number | undefined): void => {
    const plot = chart.current;
    if (plot === undefined) return;
    const left = to === undefined ? -10 : plot.valToPos(time[to]!, 'x');
    // As the mouse would: the other charts are told. The types leave this argument out.
    const setCursor: (at: { left: number; top: number }, fire: true, tell: true) => void =
      plot.setCursor;
    setCursor({ left, top: 0 }, true, true);
    const from = anchor.current;
    const ends = to === undefined || from === undefined ? undefined : chosen(props, from, to);
    const [first, last] = ends
      ? [ends.from, ends.to].map((ms) => plot.valToPos(ms / 1000, 'x'))
      : [0, 0];
    const height = ends ? plot.over.clientHeight : 0;
    plot.setSelect({ left: first!, width: last! - first!, top: 0, height }, false);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = time.length - 1;
    const moves: Record<string, number> = {
      ArrowLeft: Math.max(0, (at ?? last + 1) - 1),
      ArrowRight: Math.min(last, (at ?? -1) + 1),
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (to !== undefined && last >= 0) {
      anchor.current = event.shiftKey ? (anchor.current ?? at ?? to) : undefined;
      point(to);
    } else if (event.key === 'Enter' && at !== undefined) {
      props.onRange(chosen(props, anchor.current ?? at, at));
      anchor.current = undefined;
    } else if (event.key === 'Escape' && at !== undefined) {
      anchor.current = undefined;
      point(undefined);
    } else return;
    event.preventDefault();
  };
  const spoken = at === undefined ? said.none : sayPoint(props, at, anchor.current);
  if (failure !== undefined)
    return <Problem error={failure} onRetry={() => window.location.reload()} />;
  return (
    <div class="time-chart">
      <ul class="time-chart-values">
        {lines.map((line) => (
          <li key={line.name}>
            {lines.length > 1 && (
              <span class="time-chart-mark" style={{ background: line.colour }} />
            )}
            {lines.length > 1 && <span class="soft">{line.name}</span>}
            {at !== undefined && <span>{valueAt(line, at, format)}</span>}
          </li>
        ))}
        {at !== undefined && (
          <li class="time-chart-when soft">{formatClock((time[at] ?? 0) * 1000)}</li>
        )}
      </ul>
      <div
        class="time-chart-plot"
        ref={host}
        role="slider"
        tabIndex={0}
        aria-label={said.label(name)}
        aria-description={said.keys}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, time.length - 1)}
        aria-valuenow={at ?? 0}
        aria-valuetext={spoken}
        onKeyDown={onKeyDown}
        onBlur={() => {
          anchor.current = undefined;
          point(undefined);
        }}
      />
    </div>
  );
}

/** Of whole steps. */
function chosen({ time, stepSeconds }: TimeChartProps, a: number, b: number): ResolvedRange {
  const [first, last] = a < b ? [a, b] : [b, a];
  return { from: time[first]! * 1000, to: (time[last]! + stepSeconds) * 1000 };
}

function sayPoint(props: TimeChartProps, at: number, from: number | undefined): string {
  const { time, lines, format } = props;
  if (from !== undefined && from !== at) {
    const ends = chosen(props, from, at);
    return said.chosen(formatClock(ends.from), formatClock(ends.to));
  }
  const values = lines.map((line) => `${line.name} ${valueAt(line, at, format)}`);
  return said.at(formatClock((time[at] ?? 0) * 1000), values.join(', '));
}

function valueAt({ values }: ChartLine, at: number, format: (value: number) => string): string {
  const value = values[at] ?? null;
  return value === null ? '–' : format(value);
}

function dataOf({ time, lines }: TimeChartProps): uPlot.AlignedData {
  return [[...time], ...lines.map(({ values }) => [...values])];
}

async function loadUplot(): Promise<typeof uPlot> {
  acceptLanguage();
  const [{ default: Plot }] = await Promise.all([
    import('uplot'),
    import('uplot/dist/uPlot.min.css'),
  ]);
  return Plot;
}

/** A browser of a system without a language has one that Intl refuses (`en-US@posix`), and uPlot asks Intl as it is loaded. */
function acceptLanguage(): void {
  try {
    Intl.getCanonicalLocales(navigator.language);
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en', configurable: true });
  }
}
