/** Round moments written below what is drawn over time. */
import { timeTicks } from './time-axis.ts';
import './time-labels.css';

export interface TimeLabelsProps {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Pixels from the one to the other. */
  readonly width: number;
}

const TICK_PX = 96;
/** Nearer to an end a label would stand out over it. */
const EDGE_PX = 24;

export function TimeLabels({ from, to, width }: TimeLabelsProps) {
  const place = (millis: number): number => ((millis - from) / (to - from || 1)) * width;
  return (
    <div class="time-labels" aria-hidden="true">
      {timeTicks(from, to, Math.max(2, Math.floor(width / TICK_PX))).map(({ millis, label }) => (
        <span
          key={millis}
          class={edgeOf(place(millis), width)}
          style={{ insetInlineStart: `${place(millis)}px` }}
        >
          {label}
        </span>
      ))}
    </div>
  );
}

const edgeOf = (x: number, width: number): string =>
  x < EDGE_PX
    ? 'time-labels-first'
    : x > width - EDGE_PX
      ? 'time-labels-last'
      : 'time-labels-middle';
