/**
 * What was found over time: a column a step, errors at its foot. A stretch is chosen by dragging, or with arrow keys (Shift selects, Enter
 * shows it, Escape lets go); it becomes the range, and Back undoes that.
 */
import { useRef, useState } from 'preact/hooks';
import { setParams } from '../../../app/location.ts';
import { rangeBetween, rangeParams } from '../../../data/time-range.ts';
import { formatCount, formatExactCount, formatShare } from '../../../format/count.ts';
import { formatDuration } from '../../../format/duration.ts';
import { tidy } from '../../../format/tidy.ts';
import { formatClock } from '../../../format/time.ts';
import { useWidth } from '../../../parts/use-width.ts';
import { tracesText } from '../../../text/traces-en.ts';
import { HistogramColumns } from './histogram-columns.tsx';
import type { HistogramColumn, SearchHistogram } from './search-histogram.ts';
import { TimeLabels } from './time-labels.tsx';
import './histogram.css';

export interface HistogramProps {
  readonly histogram: SearchHistogram;
  readonly isStale: boolean;
}

/** Places of columns, either order. */
interface Brush {
  readonly anchor: number;
  readonly at: number;
  /** Being drawn by a pointer. */
  readonly isDrawn: boolean;
}

const PLOT = 48;

export function Histogram({ histogram, isStale }: HistogramProps) {
  const words = tracesText.histogram;
  const { from, to, columns, most, count, what, share, step } = histogram;
  const plot = useRef<HTMLDivElement>(null);
  const width = useWidth(plot);
  const [brush, setBrush] = useState<Brush>();
  const [pointed, setPointed] = useState<number>();
  const place = (millis: number): number => ((millis - from) / (to - from || 1)) * width;
  const columnAt = (event: PointerEvent): number => {
    const { left } = plot.current!.getBoundingClientRect();
    const millis = from + ((event.clientX - left) / (width || 1)) * (to - from);
    const found = columns.findIndex((column) => millis < column.to);
    return found === -1 ? columns.length - 1 : found;
  };
  const zoom = ({ anchor, at }: Brush): void => {
    const [first, last] = [columns[Math.min(anchor, at)], columns[Math.max(anchor, at)]];
    setBrush(undefined);
    setPointed(undefined);
    if (first === undefined || last === undefined) return;
    setParams(rangeParams(rangeBetween({ from: first.from, to: last.to })));
  };
  const now = brush?.at ?? pointed;
  const step1 = (by: number, isSelecting: boolean): void => {
    const next = Math.max(0, Math.min(columns.length - 1, (now ?? columns.length) + by));
    if (isSelecting) setBrush({ anchor: brush?.anchor ?? now ?? next, at: next, isDrawn: false });
    else setBrush(undefined);
    setPointed(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { key, shiftKey } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === 'ArrowRight') step1(1, shiftKey);
    else if (key === 'ArrowLeft') step1(-1, shiftKey);
    else if (key === 'Home') step1(-columns.length, shiftKey);
    else if (key === 'End') step1(columns.length, shiftKey);
    else if (key === 'Enter' && now !== undefined) {
      zoom(brush ?? { anchor: now, at: now, isDrawn: false });
    } else if (key === 'Escape' && now !== undefined) {
      setBrush(undefined);
      setPointed(undefined);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const said = brush === undefined ? columns[now ?? -1] : stretch(columns, brush);
  return (
    <div class={`histogram ${isStale ? 'histogram-stale' : ''}`}>
      <div
        ref={plot}
        class="histogram-plot"
        role="slider"
        tabIndex={0}
        aria-label={words.label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, columns.length - 1)}
        aria-valuenow={now ?? 0}
        aria-valuetext={said === undefined ? whole(histogram) : told(said, what)}
        onKeyDown={onKeyDown}
        onBlur={() => {
          setBrush(undefined);
          setPointed(undefined);
        }}
        onPointerDown={(event) => {
          if (event.button !== 0 || columns.length === 0) return;
          plot.current!.setPointerCapture(event.pointerId);
          const at = columnAt(event);
          setBrush({ anchor: at, at, isDrawn: true });
        }}
        onPointerMove={(event) => {
          if (columns.length === 0) return;
          const at = columnAt(event);
          setPointed(at);
          if (brush?.isDrawn) setBrush({ ...brush, at });
        }}
        onPointerUp={() => {
          if (!brush?.isDrawn) return;
          if (brush.anchor === brush.at) setBrush(undefined);
          else zoom(brush);
        }}
        onPointerCancel={() => setBrush(undefined)}
        onPointerLeave={() => {
          if (!brush?.isDrawn) setPointed(undefined);
        }}
      >
        <HistogramColumns {...{ columns, most, place, width, height: PLOT, lit: now }} />
        {brush !== undefined && said !== undefined && (
          <div
            class="histogram-brush"
            style={{
              insetInlineStart: `${place(said.from)}px`,
              width: `${place(said.to) - place(said.from)}px`,
            }}
          />
        )}
        {said !== undefined && <Readout {...{ said, what, width }} x={place(said.from)} />}
      </div>
      <TimeLabels {...{ from, to, width }} />
      <p class="histogram-most faint" aria-hidden="true">
        {count === 0 ? words.none : words.most(words[what](formatCount(most)), shortStep(step))}
        {share < 1 && ` · ${words.partly(formatShare(share))}`}
      </p>
    </div>
  );
}

interface ReadoutProps {
  readonly said: HistogramColumn;
  readonly what: 'spans' | 'traces';
  readonly x: number;
  readonly width: number;
}

function Readout({ said, what, x, width }: ReadoutProps) {
  return (
    <div
      class={`histogram-readout ${x > width / 2 ? 'histogram-readout-left' : ''}`}
      style={{ insetInlineStart: `${x}px` }}
      aria-hidden="true"
    >
      {told(said, what)}
    </div>
  );
}

/** Exact: `14:03:00 – 14:04:00: 120 spans, 3 failed`. */
function told({ from, to, count, errors }: HistogramColumn, what: 'spans' | 'traces'): string {
  const words = tracesText.histogram;
  const failed = errors > 0 ? `, ${words.failed(formatExactCount(errors))}` : '';
  return `${formatClock(from)} – ${formatClock(to)}: ${words[what](formatExactCount(count))}${failed}`;
}

const whole = ({ from, to, columns, what, count }: SearchHistogram): string =>
  told({ from, to, count, errors: columns.reduce((sum, { errors }) => sum + errors, 0) }, what);

function stretch(
  columns: readonly HistogramColumn[],
  { anchor, at }: Brush,
): HistogramColumn | undefined {
  const inside = columns.slice(Math.min(anchor, at), Math.max(anchor, at) + 1);
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return {
    ...{ from: first.from, to: last.to },
    count: inside.reduce((sum, { count }) => sum + count, 0),
    errors: inside.reduce((sum, { errors }) => sum + errors, 0),
  };
}

const shortStep = (step: number): string => tidy(formatDuration(step * 1e6));
