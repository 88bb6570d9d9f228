/** The columns themselves: heights by count, what failed at the foot. */
import type { HistogramColumn } from './search-histogram.ts';
import './histogram-columns.css';

export interface HistogramColumnsProps {
  readonly columns: readonly HistogramColumn[];
  /** The count that fills the height. */
  readonly most: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly lit: number | undefined;
  /** Pixels of a moment. */
  place(millis: number): number;
}

/** What is there is seen, however little it is beside the rest. */
const LEAST_PX = 2;
const GAP_PX = 1;

export function HistogramColumns(props: HistogramColumnsProps) {
  const { columns, most, width, height, lit, place } = props;
  const tall = (count: number): number =>
    count === 0 || most === 0 ? 0 : Math.max(LEAST_PX, (count / most) * height);
  return (
    <svg class="histogram-columns" width={width} height={height} aria-hidden="true">
      {columns.map(({ from, to, count, errors }, at) => {
        if (count === 0) return null;
        const x = Math.round(place(from));
        const wide = Math.max(1, Math.round(place(to)) - x - GAP_PX);
        const [whole, failed] = [tall(count), Math.min(tall(errors), tall(count))];
        return (
          <g key={from} class={at === lit ? 'histogram-lit' : undefined}>
            <rect class="histogram-count" x={x} y={height - whole} width={wide} height={whole} />
            {failed > 0 && (
              <rect
                class="histogram-errors"
                {...{ x, y: height - failed, width: wide, height: failed }}
              />
            )}
          </g>
        );
      })}
    </svg>
  );
}
