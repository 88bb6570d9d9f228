/** How many traces are drawn, which of all there are, and what the shapes mean: with as many as there are of each. */
import { useMemo } from 'preact/hooks';
import { formatCount, formatExactCount } from '../../../format/count.ts';
import { formatClock } from '../../../format/time.ts';
import { text } from '../../../text/en.ts';
import { tracesText } from '../../../text/traces-en.ts';
import type { BarState } from '../list/duration-bar.tsx';
import { ScatterMarks, type TraceMark } from './scatter-marks.tsx';
import type { TraceSample } from './trace-sample.ts';
import './scatter-head.css';

export interface ScatterHeadProps {
  readonly marks: readonly TraceMark[];
  readonly sample: TraceSample | undefined;
  readonly reach: number | undefined;
  /** Of those before the reach some are there, as the list has them. */
  readonly hasSlowest: boolean;
  readonly isLoading: boolean;
  readonly error: Error | undefined;
}

const SHAPES = ['failed', 'running', 'stale'] as const satisfies readonly BarState[];
const SHAPE_PX = 10;

export function ScatterHead(props: ScatterHeadProps) {
  const { marks, sample, reach, hasSlowest, isLoading, error } = props;
  const words = tracesText.scatter;
  const count = formatExactCount(marks.length);
  const newest = useMemo(() => new Set(sample?.traces.map(({ traceId }) => traceId)), [sample]);
  // What ended before that is none of the newest, but for the last few of them.
  const slow = marks.filter(
    ({ at, nanos, trace }) =>
      hasSlowest && at + nanos / 1e6 < (reach ?? at) && !newest.has(trace.traceId),
  ).length;
  return (
    <p class="scatter-head faint">
      {isLoading ? (
        <span>{text.loading}</span>
      ) : reach === undefined ? (
        <span>{words.traces(count)}</span>
      ) : (
        <span class="scatter-head-newest" title={words.newestWhy}>
          {words.newest(formatExactCount(marks.length - slow))}{' '}
          <span class="scatter-head-word">{words.ofRange} </span>
          {tracesText.foot.until(formatClock(reach))}
          {slow > 0 && (
            <span class="scatter-head-word"> {words.andSlowest(formatExactCount(slow))}</span>
          )}
        </span>
      )}
      {SHAPES.map((state) => {
        const found = marks.filter((mark) => mark.state === state);
        if (found.length === 0) return null;
        return (
          <span key={state} class="scatter-head-shape">
            <Shape mark={found[0]!} />
            {formatCount(found.length)} <span class="scatter-head-word">{words.shapes[state]}</span>
          </span>
        );
      })}
      {error !== undefined && <span class="failed">{error.message}</span>}
    </p>
  );
}

function Shape({ mark }: { readonly mark: TraceMark }) {
  const alone = { ...mark, x: SHAPE_PX / 2, y: SHAPE_PX / 2, radius: SHAPE_PX / 2 - 2 };
  return (
    <svg width={SHAPE_PX} height={SHAPE_PX} aria-hidden="true">
      <ScatterMarks marks={[alone]} />
    </svg>
  );
}
