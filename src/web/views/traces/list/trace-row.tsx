// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and says which row is active
// biome-ignore-all lint/a11y/useSemanticElements: rows of a windowed list stand where they are put
/** One trace: a row of a wide list, two lines of a narrow one. All of it is a link to the trace. */

import { navigate } from '../../../app/location.ts';
import type { TraceSummary } from '../../../data/wire.ts';
import { formatCount, formatExactCount } from '../../../format/count.ts';
import { formatDuration, formatExact } from '../../../format/duration.ts';
import { formatAge, formatExactTime, millisOf } from '../../../format/time.ts';
import { CutMiddle } from '../../../parts/cut-middle.tsx';
import { ServiceName } from '../../../parts/service-name.tsx';
import { text } from '../../../text/en.ts';
import { tracesText } from '../../../text/traces-en.ts';
import { shownArea } from '../columns/shown-columns.ts';
import { barState, DurationBar } from './duration-bar.tsx';
import type { DurationScale } from './duration-scale.ts';
import './trace-row.css';

export interface TraceRowProps {
  readonly trace: TraceSummary;
  /** From 0. */
  readonly index: number;
  /** Pixels from the top of the list. */
  readonly start: number;
  readonly isSelected: boolean;
  /** Whether being in memory alone says something. */
  readonly isSampled: boolean;
  /** Keys of attributes. */
  readonly columns: readonly string[];
  readonly isNarrow: boolean;
  readonly scale: DurationScale;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export const traceHref = (traceId: string): string => `/trace/${traceId}`;
export const rowId = (traceId: string): string => `trace-${traceId}`;

export function TraceRow(props: TraceRowProps) {
  const { trace, index, start, isSelected, isSampled, columns, isNarrow, scale, now } = props;
  const words = tracesText.list;
  const { traceId, root, services, spanCount, errorCount } = trace;
  const nanos = durationNow(trace, now);
  const openTrace = (event: MouseEvent): void => {
    // What lies above the link has a title of its own, and leads there too.
    if (event.target instanceof Element && event.target.closest('a') !== null) return;
    if (event.metaKey || event.ctrlKey) window.open(traceHref(traceId));
    else if (!event.shiftKey && !event.altKey) navigate(traceHref(traceId));
  };
  const others = services.filter((service) => service !== root.service);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys
    <div
      role="row"
      id={rowId(traceId)}
      class="trace-row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      onClick={openTrace}
      style={{ transform: `translateY(${start}px)` }}
    >
      <When trace={trace} now={now} />
      <span role="gridcell" class="trace-row-service">
        <ServiceName service={root.service} />
        {others.length > 0 && (
          <span class="faint trace-row-others" title={others.join(', ')}>
            {words.moreServices(others.length)}
          </span>
        )}
      </span>
      <span role="gridcell" class="trace-row-operation">
        <a class="trace-row-link" href={traceHref(traceId)} tabIndex={-1} title={root.name}>
          <CutMiddle name={root.name} />
        </a>
        {isSampled && trace.inMemoryOnly && (
          <span class="trace-row-in-memory" title={words.inMemoryWhy}>
            {words.inMemory}
          </span>
        )}
      </span>
      <ShownAttributes {...{ trace, columns, isNarrow }} />
      <span role="gridcell" class="trace-row-spans number soft" title={formatExactCount(spanCount)}>
        {formatCount(spanCount)}
        <span class="trace-row-unit"> {words.spansUnit(spanCount)}</span>
      </span>
      <span role="gridcell" class="trace-row-errors number failed">
        {errorCount > 0 && (
          <span title={words.errorsWhy(formatExactCount(errorCount))}>
            <span class="trace-row-error-mark" aria-hidden="true" />
            {formatCount(errorCount)}
          </span>
        )}
      </span>
      <span
        role="gridcell"
        class="trace-row-duration number mono"
        title={formatExact(Math.round(nanos))}
      >
        {formatDuration(nanos)}
      </span>
      <span role="gridcell" class="trace-row-bar" aria-label={text.status[trace.status]}>
        <DurationBar trace={trace} nanos={nanos} scale={scale} />
      </span>
    </div>
  );
}

function When({ trace, now }: Pick<TraceRowProps, 'trace' | 'now'>) {
  const words = tracesText.list;
  const state = barState(trace);
  const started = words.started(formatExactTime(trace.startUnixNano));
  const age = formatAge(millisOf(trace.startUnixNano), now) ?? text.time.justNow;
  const { runningCount, staleCount } = trace;
  const why = { running: words.runningWhy, stale: words.staleWhy };
  const title =
    state === 'running' || state === 'stale'
      ? `${why[state](String(state === 'stale' ? staleCount : runningCount))}, ${started}`
      : started;
  return (
    <span role="gridcell" class={`trace-row-when trace-row-when-${state}`} title={title}>
      {state === 'running' || state === 'stale' ? words[state] : age}
    </span>
  );
}

/** A cell each, or where it is narrow one line of all that there are. */
function ShownAttributes({
  trace,
  columns,
  isNarrow,
}: Pick<TraceRowProps, 'trace' | 'columns' | 'isNarrow'>) {
  if (columns.length === 0) return null;
  const told = new Map(trace.attributes?.map(({ key, value }) => [key, value]));
  const say = (key: string): string => tracesText.columns.value(key, told.get(key) ?? '');
  if (isNarrow) {
    return (
      <span role="gridcell" class="trace-row-shown">
        {columns
          .filter((key) => told.has(key))
          .map(say)
          .join(' · ')}
      </span>
    );
  }
  return columns.map((key, index) => (
    <span
      key={key}
      role="gridcell"
      class="trace-row-shown"
      style={{ gridArea: shownArea(index) }}
      title={told.has(key) ? say(key) : undefined}
    >
      <CutMiddle name={told.get(key) ?? ''} />
    </span>
  ));
}

/** Nanoseconds: what runs goes on, also between two answers. */
export function durationNow(trace: TraceSummary, now: number): number {
  const told = Number(trace.durationNano);
  if (barState(trace) !== 'running') return told;
  return Math.max(told, (now - millisOf(trace.startUnixNano)) * 1e6);
}
