/** What happened in a span, in order, with its time from the start of the trace. */
import type { TraceEvent as ModelTraceEvent } from '../../../../model/trace-span.ts';
import type { TraceSpan, Wire } from '../../../data/wire.ts';
import { formatExact, formatOffset } from '../../../format/duration.ts';
import { formatExactTime } from '../../../format/time.ts';
import { traceText } from '../../../text/trace-en.ts';
import { Attributes } from './attributes.tsx';
import './span-events.css';

export type SpanEvent = Wire<ModelTraceEvent>;

/** More make a page that nobody reads; they are in the raw view. */
const EVENTS_MAX = 200;
const { details: words } = traceText;

export interface SpanEventsProps {
  readonly span: TraceSpan;
  /** Of the span, in nanoseconds from the start of the trace. */
  readonly start: number;
}

export function SpanEvents({ span, start }: SpanEventsProps) {
  const events = span.events.filter(({ type }) => type === 'Checkpoint' || type === 'Custom');
  if (events.length === 0) return null;
  const began = BigInt(span.startUnixNano);
  return (
    <section class="details-section">
      <h3>{words.events}</h3>
      <ol class="span-events">
        {events.slice(0, EVENTS_MAX).map((event, at) => {
          const offset = start + Number(BigInt(event.atUnixNano) - began);
          return (
            <li key={at}>
              <p class="span-event">
                <span
                  class="faint number"
                  title={`${formatExact(Math.round(offset))}, ${formatExactTime(event.atUnixNano)}`}
                >
                  {formatOffset(offset)}
                </span>
                <span>◆ {event.name}</span>
              </p>
              {event.attributes.length > 0 && (
                <div class="span-event-attributes">
                  <Attributes attributes={event.attributes} />
                </div>
              )}
            </li>
          );
        })}
      </ol>
      {events.length > EVENTS_MAX && (
        <p class="faint">{words.moreChildren(String(events.length - EVENTS_MAX))}</p>
      )}
    </section>
  );
}
