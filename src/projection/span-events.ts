/**
 * The events of one span in SYNTON's words: Enter first, Exit last, between them what the span recorded,
 * in time order and for equal times in the order sent.
 *
 *   Enter, Exit   the span's start and end; `synton.args` and `synton.return` come along where captured
 *   Checkpoint    an event `synton.checkpoint`, called by its attribute `synton.checkpoint.name`
 *   Error         an event `exception`; without one, an ERROR status makes one at the span's end
 *   Custom        any other event
 */
import { type Attribute, attributeOf } from '../model/attribute.ts';
import { CHECKPOINT_EVENT, CHECKPOINT_NAME } from '../model/checkpoint.ts';
import type { TraceEvent } from '../model/trace-span.ts';
import type { OtlpEvent, OtlpSpan } from '../otlp/read-span.ts';

export const EXCEPTION_EVENT = 'exception';
/** Present and true on an Error event that no sender recorded. */
export const DERIVED = 'synton.derived';
const STATUS_ERROR = 2;

export function spanEvents(span: OtlpSpan, ended: boolean): readonly TraceEvent[] {
  const recorded = span.events.map(recordedEvent).sort(byTime);
  const failed = ended && span.statusCode === STATUS_ERROR;
  if (failed && !recorded.some((event) => event.type === 'Error'))
    recorded.push(derivedError(span));
  const enter = edge('Enter', span, span.startUnixNano, 'synton.args');
  if (!ended) return [enter, ...recorded];
  return [enter, ...recorded, edge('Exit', span, span.endUnixNano, 'synton.return')];
}

function byTime(a: TraceEvent, b: TraceEvent): number {
  return a.atUnixNano < b.atUnixNano ? -1 : a.atUnixNano > b.atUnixNano ? 1 : 0;
}

function recordedEvent(event: OtlpEvent): TraceEvent {
  const { name, attributes, droppedAttributes, timeUnixNano: atUnixNano } = event;
  if (name === CHECKPOINT_EVENT) {
    const given = attributeOf(attributes, CHECKPOINT_NAME);
    const called = given?.type === 'string' ? given.value : name;
    return { type: 'Checkpoint', name: called, atUnixNano, attributes, droppedAttributes };
  }
  const type = name === EXCEPTION_EVENT ? 'Error' : 'Custom';
  return { type, name, atUnixNano, attributes, droppedAttributes };
}

function edge(type: 'Enter' | 'Exit', span: OtlpSpan, at: bigint, captured: string): TraceEvent {
  return {
    type,
    name: span.name,
    atUnixNano: at,
    attributes: span.attributes.filter((attribute) => attribute.key === captured),
    droppedAttributes: 0,
  };
}

/** Exceptions may have gone to logs, which traces do not have: the status is what is left of them. */
function derivedError(span: OtlpSpan): TraceEvent {
  const attributes: Attribute[] = [{ key: DERIVED, value: { type: 'bool', value: true } }];
  const type = attributeOf(span.attributes, 'error.type');
  if (type !== undefined) attributes.push({ key: 'exception.type', value: type });
  if (span.statusMessage !== '') {
    const value = { type: 'string', value: span.statusMessage } as const;
    attributes.push({ key: 'exception.message', value });
  }
  return {
    type: 'Error',
    name: 'error',
    atUnixNano: span.endUnixNano,
    attributes,
    droppedAttributes: 0,
  };
}
