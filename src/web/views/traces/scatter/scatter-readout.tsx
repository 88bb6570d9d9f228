/** What a mark stands for, beside it; what lies in a region, beneath the plot. Read by the eye alone: the plot says the same to others. */
import { formatCount } from '../../../format/count.ts';
import { cutMiddle } from '../../../format/cut-middle.ts';
import { formatDuration, formatExact } from '../../../format/duration.ts';
import { formatClock } from '../../../format/time.ts';
import { CutMiddle } from '../../../parts/cut-middle.tsx';
import { ServiceName } from '../../../parts/service-name.tsx';
import { tracesText } from '../../../text/traces-en.ts';
import type { TraceMark } from './scatter-marks.tsx';
import type { Plane, Region } from './scatter-plane.ts';
import { NAME_MAX, toldState } from './told-marks.ts';
import './scatter-readout.css';

/** Pixels between it and the mark. */
const AWAY = 12;
const WIDTH_MAX = 400;
const words = tracesText.scatter;

interface MarkReadoutProps {
  readonly mark: TraceMark;
  readonly plane: Plane;
}

export function MarkReadout({ mark, plane }: MarkReadoutProps) {
  const { trace, nanos, at, x, y } = mark;
  const { root, spanCount, errorCount } = trace;
  const isLeft = x > plane.width / 2;
  const isAbove = y > plane.height / 2;
  const state = toldState(mark);
  return (
    <div
      class={`scatter-readout ${isLeft ? 'scatter-readout-left' : ''} ${isAbove ? 'scatter-readout-above' : ''}`}
      style={{
        insetInlineStart: `${x + (isLeft ? -AWAY : AWAY)}px`,
        top: `${y + (isAbove ? -AWAY : AWAY)}px`,
        maxWidth: `${Math.min(WIDTH_MAX, (isLeft ? x : plane.width - x) - AWAY)}px`,
      }}
      aria-hidden="true"
    >
      <div class="scatter-readout-name">
        <ServiceName service={root.service} />
        <CutMiddle name={cutMiddle(root.name, NAME_MAX)} />
      </div>
      <div class="soft">
        <span class="mono scatter-readout-duration" title={formatExact(Math.round(nanos))}>
          {formatDuration(nanos)}
        </span>
        {state !== undefined && ` · ${state}`}
        {` · ${words.spans(formatCount(spanCount))}`}
        {errorCount > 0 && (
          <span class="failed"> · {words.failedSpans(formatCount(errorCount))}</span>
        )}
        {` · ${formatClock(at)}`}
      </div>
    </div>
  );
}

interface RegionReadoutProps {
  readonly region: Region;
  readonly plane: Plane;
  /** Sentences. */
  readonly told: readonly string[];
}

export function RegionReadout({ region, plane, told }: RegionReadoutProps) {
  const left = plane.x(region.from ?? plane.from);
  const right = plane.x(region.to ?? plane.to);
  // At whichever end of it there is more room, so that nothing of it is hidden.
  const isLeft = plane.width - left < right;
  return (
    <div
      class={`scatter-readout ${isLeft ? 'scatter-readout-left' : ''}`}
      style={{
        insetInlineStart: `${isLeft ? right : left}px`,
        top: `${plane.height + 2}px`,
        maxWidth: `${isLeft ? right : plane.width - left}px`,
      }}
      aria-hidden="true"
    >
      {told.map((sentence) => (
        <div key={sentence}>{sentence}</div>
      ))}
    </div>
  );
}
