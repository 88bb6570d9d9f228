/** How a chart over time looks and behaves, in uPlot's words. Colours come from the tokens. */
import type uPlot from 'uplot';
import { tidy } from '../../format/tidy.ts';
import { formatClock } from '../../format/time.ts';

export interface ChartLine {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** As canvas takes it. */
  readonly colour: string;
  /** Filled down to nothing. @default false */
  readonly isFilled?: boolean;
  /** @default false */
  readonly isDashed?: boolean;
}

export interface ChartLook {
  /** Of the y axis and of values. */
  format(value: number): string;
  readonly ink: string;
  readonly grid: string;
  /** The least that the y axis shows, so that small numbers look small. */
  readonly atLeast: number;
}

export interface ChartEvents {
  /** The nearest step, or undefined while nothing points. */
  onPoint(at: number | undefined): void;
  /** Seconds. */
  onBrush(from: number, to: number): void;
}

export const CHART_HEIGHT = 128;
const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const SYNC = 'statistics';
const BRUSH_MIN = 4;
const DAY_SECONDS = 86_400;

export function chartOptions(
  lines: readonly ChartLine[],
  { from, to }: { readonly from: number; readonly to: number },
  { format, ink, grid, atLeast }: ChartLook,
  events: ChartEvents,
): Omit<uPlot.Options, 'width' | 'height'> {
  const axis = { stroke: ink, font: FONT, ticks: { show: false }, border: { show: false } };
  return {
    legend: { show: false },
    padding: [8, 18, 0, 0],
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: true, y: false, setScale: false },
      sync: {
        key: SYNC,
        setSeries: false,
        scales: ['x', null],
        // All point at the same time; one is brushed.
        filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
      },
    },
    scales: {
      x: { time: true, range: () => [from, to] },
      y: { range: (_, __, max) => [0, Math.max(atLeast, (max ?? 0) * 1.08)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 20,
        gap: 4,
        space: 80,
        values: (_, splits) => splits.map((second) => axisClock(second, to - from)),
      },
      {
        ...axis,
        grid: { stroke: grid, width: 1 },
        size: 56,
        gap: 6,
        space: 36,
        values: (_, splits) => splits.map((value) => (value === 0 ? '0' : tidy(format(value)))),
      },
    ],
    series: [
      {},
      ...lines.map(({ name, colour, isFilled, isDashed }) => ({
        ...{ label: name, stroke: colour, width: 1.5, spanGaps: false },
        ...(isFilled && { fill: faded(colour) }),
        ...(isDashed && { dash: [3, 3] }),
        points: { size: 4, width: 1, fill: colour, filter: alone },
      })),
    ],
    hooks: {
      setCursor: [
        ({ cursor }) => {
          const isThere = (cursor.left ?? -1) >= 0 && cursor.idx != null;
          events.onPoint(isThere ? cursor.idx! : undefined);
        },
      ],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < BRUSH_MIN) return;
          events.onBrush(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'));
        },
      ],
    },
  };
}

/** Points are drawn where a line cannot: at values that stand alone. */
function alone(chart: uPlot, series: number, _isShown: boolean): number[] {
  const values = chart.data[series]!;
  const places: number[] = [];
  for (let at = 0; at < values.length; at++) {
    const isEdge = (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null;
    if (values[at] != null && isEdge) places.push(at);
  }
  return places;
}

function axisClock(second: number, range: number): string {
  const text = formatClock(second * 1000, range < DAY_SECONDS ? second * 1000 : 0);
  // Seconds say nothing: statistics are kept by the minute.
  return text.replace(/:\d\d$/, '');
}

function faded(colour: string): string {
  return colour.replace(/\)$/, colour.includes('/') ? ')' : ' / 0.12)');
}
