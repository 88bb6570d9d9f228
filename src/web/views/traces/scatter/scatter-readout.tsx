/** What a mark stands for, beside it; or what lies in a region. Read by the eye alone: the plot says the same to others. */

import { formatCount, formatExactCount } from '../../../format/count.ts';
import { cutMiddle } from '../../../format/cut-middle.ts';
import { formatDuration, formatExact } from '../../../format/duration.ts';
import { formatClock } from '../../../format/time.ts';
import { CutMiddle } from '../../../parts/cut-middle.tsx';
import { ServiceName } from '../../../parts/service-name.tsx';
import { text } from '../../../text/en.ts';
import { tracesText } from '../../../text/traces-en.ts';
import type { TraceMark } from './scatter-marks.tsx';
import { isWithin, type Place, type Plane, type Region } from './scatter-plane.ts';
import { type SetsApart, setsApart } from './sets-apart.ts';
import './scatter-readout.css';

export interface ScatterReadoutProps {
  readonly at: Place;
  readonly plane: Plane;
  /** What is said: of a mark all that it stands for. */
  readonly said: TraceMark | string;
}

/** Pixels between it and what it is about. */
const AWAY = 12;
const WIDTH_MAX = 400;
/** Longer names are cut before anybody measures them, or reads them aloud. */
const NAME_MAX = 200;
const NAME_SHORT = 60;

export function ScatterReadout({ at, plane, said }: ScatterReadoutProps) {
  const isLeft = at.x > plane.width / 2;
  const isAbove = at.y > plane.height / 2;
  return (
    <div
      class={`scatter-readout ${isLeft ? 'scatter-readout-left' : ''} ${isAbove ? 'scatter-readout-above' : ''}`}
      style={{
        insetInlineStart: `${at.x + (isLeft ? -AWAY : AWAY)}px`,
        top: `${at.y + (isAbove ? -AWAY : AWAY)}px`,
        maxWidth: `${Math.min(WIDTH_MAX, (isLeft ? at.x : plane.width - at.x) - AWAY)}px`,
      }}
      aria-hidden="true"
    >
      {typeof said === 'string' ? said : <OfMark {...said} />}
    </div>
  );
}

function OfMark({ trace, state, nanos, at }: TraceMark) {
  const { root, spanCount, errorCount } = trace;
  const words = tracesText.scatter;
  return (
    <>
      <div class="scatter-readout-name">
        <ServiceName service={root.service} />
        <CutMiddle name={cutMiddle(root.name, NAME_MAX)} />
      </div>
      <div class="soft">
        <span class="mono scatter-readout-duration" title={formatExact(Math.round(nanos))}>
          {formatDuration(nanos)}
        </span>
        {state !== 'ended' && ` · ${text.status[STATUS[state]]}`}
        {` · ${words.spans(formatCount(spanCount))}`}
        {errorCount > 0 && (
          <span class="failed"> · {words.failedSpans(formatCount(errorCount))}</span>
        )}
        {` · ${formatClock(at)}`}
      </div>
    </>
  );
}

const STATUS = { failed: 'Failed', running: 'Running', stale: 'stale' } as const;

const durationOf = (nanos: number | undefined): string | undefined =>
  nanos === undefined ? undefined : formatDuration(nanos);

/** In one sentence, for whoever listens. */
export function toldMark({ trace, state, nanos, at }: TraceMark): string {
  const { root, spanCount } = trace;
  const words = tracesText.scatter;
  return [
    cutMiddle(root.name, NAME_MAX),
    cutMiddle(root.service, NAME_MAX),
    formatDuration(nanos),
    ...(state === 'ended' ? [] : [text.status[STATUS[state]]]),
    words.spans(formatExactCount(spanCount)),
    formatClock(at),
  ].join(', ');
}

const numbersOf = ({ inside, among }: SetsApart): [string, string] => [
  formatExactCount(inside),
  formatExactCount(among),
];

/** `14:03:00 – 14:04:00, 120 ms – 1.2 s: 43 traces, 3 failed. 40 are POST /orders, of 51 in all`. */
export function toldRegion(marks: readonly TraceMark[], region: Region): string {
  const { from, to, min, max } = region;
  const words = tracesText.scatter;
  const inside = marks.filter((mark) => isWithin(mark, region));
  const failed = inside.filter(({ state }) => state === 'failed').length;
  const bounds = [
    ...(from === undefined || to === undefined
      ? []
      : [`${formatClock(from)} – ${formatClock(to)}`]),
    ...(min === undefined && max === undefined
      ? []
      : [words.durations(durationOf(min), durationOf(max))]),
  ];
  const counts = [words.traces(formatExactCount(inside.length))];
  if (failed > 0) counts.push(words.failed(formatExactCount(failed)));
  const apart = setsApart(
    inside.map(({ trace }) => trace),
    marks.map(({ trace }) => trace),
  );
  const common =
    apart && words.setsApart[apart.of](cutMiddle(apart.name, NAME_SHORT), ...numbersOf(apart));
  return [`${bounds.join(', ')}: ${counts.join(', ')}`, ...(common ? [common] : [])].join('. ');
}
