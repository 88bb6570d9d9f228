/** How durations are spread, on a logarithmic scale; brushed by mouse and keyboard to those whose traces are wanted. */
import { useMemo, useRef, useState } from 'preact/hooks';
import { formatCount } from '../../format/count.ts';
import { formatDuration } from '../../format/duration.ts';
import { tidy } from '../../format/tidy.ts';
import { useWidth } from '../../parts/use-width.ts';
import { statisticsText } from '../../text/statistics-en.ts';
import { decadesWithin, type HistogramColumn, histogramColumns } from './histogram-columns.ts';
import type { DurationHistogram } from './statistics-data.ts';
import './duration-chart.css';

/** Nanoseconds. */
export interface DurationBrush {
  readonly from: number;
  readonly to: number;
}

export interface DurationChartProps {
  readonly durations: DurationHistogram;
  readonly brush: DurationBrush | undefined;
  onBrush(brush: DurationBrush | undefined): void;
  /** Enter on what is chosen. */
  onSearch(): void;
}

const COLUMN_WIDTH = 8;
const COLUMNS_MAX = 120;
const HEIGHT = 120;
const FOOT = 18;
const HEAD = 14;
const PLOT = HEIGHT - FOOT;
const said = statisticsText.histogram;

export function DurationChart({ durations, brush, onBrush, onSearch }: DurationChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const columnCount = Math.min(COLUMNS_MAX, Math.max(16, Math.floor(width / COLUMN_WIDTH)));
  const columns = useMemo(
    () => histogramColumns(durations.buckets, columnCount),
    [durations, columnCount],
  );
  const [at, setAt] = useState<number>();
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number }>();
  const each = width / Math.max(1, columns.length);
  const highest = Math.max(1, ...columns.map(({ count }) => count));
  const ends = drag ?? (brush === undefined ? undefined : placesOf(columns, brush));
  const columnAt = (event: PointerEvent): number => {
    const x = event.clientX - host.current!.getBoundingClientRect().left;
    return Math.min(columns.length - 1, Math.max(0, Math.floor(x / each)));
  };
  const choose = (from: number, to: number): void => onBrush(brushOf(columns, from, to));
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = columns.length - 1;
    const moves: Record<string, number> = {
      ArrowLeft: Math.max(0, (at ?? last + 1) - 1),
      ArrowRight: Math.min(last, (at ?? -1) + 1),
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (to !== undefined && last >= 0) {
      if (event.shiftKey) {
        const from = drag?.from ?? at ?? to;
        setDrag({ from, to });
        choose(from, to);
      } else setDrag(undefined);
      setAt(to);
    } else if (event.key === 'Enter' && brush !== undefined) onSearch();
    else if (event.key === 'Enter' && at !== undefined) choose(at, at);
    else if (event.key === 'Escape' && (brush !== undefined || at !== undefined)) {
      setDrag(undefined);
      setAt(undefined);
      onBrush(undefined);
    } else return;
    event.preventDefault();
  };
  const column = at === undefined ? undefined : columns[at];
  return (
    <div class="duration-chart">
      <div
        class="duration-chart-plot"
        ref={host}
        role="slider"
        tabIndex={0}
        aria-label={said.label}
        aria-description={said.keys}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, columns.length - 1)}
        aria-valuenow={at ?? 0}
        aria-valuetext={column === undefined ? statisticsText.chart.none : saidOf(column)}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0 || columns.length === 0) return;
          host.current!.setPointerCapture(event.pointerId);
          setDrag({ from: columnAt(event), to: columnAt(event) });
        }}
        onPointerMove={(event) => {
          if (columns.length === 0) return;
          setAt(columnAt(event));
          if (drag !== undefined && event.buttons > 0) {
            setDrag({ from: drag.from, to: columnAt(event) });
          }
        }}
        onPointerUp={() => {
          if (drag !== undefined) choose(drag.from, drag.to);
          setDrag(undefined);
        }}
        onPointerLeave={() => setAt(undefined)}
        onBlur={() => setDrag(undefined)}
      >
        <svg width={width} height={HEIGHT} aria-hidden="true">
          {ends !== undefined && (
            <rect
              class="duration-chart-chosen"
              x={Math.min(ends.from, ends.to) * each}
              width={(Math.abs(ends.to - ends.from) + 1) * each}
              y={0}
              height={PLOT}
            />
          )}
          {columns.map(({ count, from }, place) => {
            const height = count === 0 ? 0 : Math.max(2, (count / highest) * (PLOT - HEAD));
            const isIn = ends === undefined || isBetween(place, ends);
            const look = `${isIn ? '' : 'duration-chart-out'} ${place === at ? 'duration-chart-at' : ''}`;
            return (
              <rect
                key={from}
                class={`duration-chart-column ${look}`}
                x={place * each}
                width={Math.max(1, each - 1)}
                y={PLOT - height}
                height={height}
              />
            );
          })}
          <path class="duration-chart-base" d={`M0 ${PLOT - 0.5}H${width}`} />
          <Axis columns={columns} width={width} />
          <Marks durations={durations} columns={columns} width={width} />
        </svg>
      </div>
      <p class="duration-chart-said soft" aria-live="polite">
        {column !== undefined
          ? saidOf(column)
          : columns.length === 0
            ? said.empty
            : brush === undefined
              ? said.hint
              : ''}
      </p>
    </div>
  );
}

interface ScaleProps {
  readonly columns: readonly HistogramColumn[];
  readonly width: number;
}

function Axis({ columns, width }: ScaleProps) {
  const x = scaleOf(columns, width);
  if (x === undefined) return null;
  return decadesWithin(columns[0]!.from, columns.at(-1)!.to).map((nanos) => {
    const left = x(nanos);
    const anchor = left < 16 ? 'start' : left > width - 24 ? 'end' : 'middle';
    return (
      <g key={nanos}>
        <path class="duration-chart-base" d={`M${left} ${PLOT}v3`} />
        <text class="duration-chart-text" x={left} y={HEIGHT - 4} text-anchor={anchor}>
          {tidy(formatDuration(nanos))}
        </text>
      </g>
    );
  });
}

/** Quantiles, left out where two would stand in each other. */
function Marks({ durations, columns, width }: ScaleProps & { durations: DurationHistogram }) {
  const x = scaleOf(columns, width);
  if (x === undefined) return null;
  const { p50Nano, p95Nano, p99Nano } = durations;
  let right = Number.POSITIVE_INFINITY;
  const marks = Object.entries({ p99: p99Nano, p95: p95Nano, p50: p50Nano }).map(
    ([name, nanos]) => {
      const left = x(Math.max(1, Number(nanos)));
      const isNamed = right - left > 30;
      if (isNamed) right = left;
      return { name, left, isNamed };
    },
  );
  return marks.map(({ name, left, isNamed }) => (
    <g key={name}>
      <path class="duration-chart-mark" d={`M${left} ${isNamed ? 0 : HEAD}V${PLOT}`} />
      {isNamed && (
        <text
          class="duration-chart-text"
          x={left + (left > width - 30 ? -4 : 4)}
          y={10}
          text-anchor={left > width - 30 ? 'end' : 'start'}
        >
          {name}
        </text>
      )}
    </g>
  ));
}

function scaleOf(
  columns: readonly HistogramColumn[],
  width: number,
): ((nanos: number) => number) | undefined {
  if (columns.length === 0) return undefined;
  const first = Math.log10(columns[0]!.from);
  const last = Math.log10(columns.at(-1)!.to);
  return (nanos) => Math.round(((Math.log10(nanos) - first) / (last - first)) * width) + 0.5;
}

const isBetween = (place: number, { from, to }: { from: number; to: number }): boolean =>
  place >= Math.min(from, to) && place <= Math.max(from, to);

function brushOf(columns: readonly HistogramColumn[], a: number, b: number): DurationBrush {
  return { from: columns[Math.min(a, b)]!.from, to: columns[Math.max(a, b)]!.to };
}

function placesOf(columns: readonly HistogramColumn[], { from, to }: DurationBrush) {
  const first = columns.findIndex((column) => column.to > from * 1.0001);
  const last = columns.findLastIndex((column) => column.from < to * 0.9999);
  return first < 0 || last < first ? undefined : { from: first, to: last };
}

function saidOf({ from, to, count }: HistogramColumn): string {
  return said.at(formatDuration(from), formatDuration(to), said.spans(formatCount(count)));
}
