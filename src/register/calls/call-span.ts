/**
 * A call as a span: what OpenTelemetry's API hands to the program while the call runs, and what the
 * processor reads once it has ended. Its life is the call's: `end()` by anybody else does nothing.
 *
 * Bounds: ITEMS_MAX attributes, events and links each; what is beyond is counted as dropped.
 */
import { types } from 'node:util';
import {
  type Attributes,
  type AttributeValue,
  type Exception,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
} from '@opentelemetry/api';
import type { SyntonSpanProcessor } from '../../sdk/span-processor.ts';
import { realNow } from '../../telemetry/real-now.ts';
import { capturedError } from '../../tracing/capture.ts';
import { exceptionOf, goesByName } from '../../tracing/exception-of.ts';

type ProcessedSpan = Parameters<SyntonSpanProcessor['onEnd']>[0];

/** What all spans of a thread share. */
export interface SpanOrigin {
  resource: ProcessedSpan['resource'];
  readonly scope: ProcessedSpan['instrumentationScope'];
}

const ITEMS_MAX = 128;
const UNKNOWN_ERROR =
  'what was thrown is not known: undefined, or caught by code that is not watched';
/** Of the time that `performance.now()` counts from, in whole seconds and the rest. */
const ORIGIN_S = Math.floor(performance.timeOrigin / 1_000);
const ORIGIN_REST_MS = performance.timeOrigin - ORIGIN_S * 1_000;

export class CallSpan implements Span {
  name: string;
  readonly kind: SpanKind = SpanKind.INTERNAL;
  readonly parentSpanContext: SpanContext | undefined;
  readonly startTime: HrTime;
  endTime: HrTime = [0, 0];
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  attributes: Attributes;
  readonly links: Link[] = [];
  readonly events: { time: HrTime; name: string; attributes: Attributes }[] = [];
  readonly instrumentationScope: ProcessedSpan['instrumentationScope'];
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  readonly #origin: SpanOrigin;
  readonly #context: SpanContext;
  #isOpen = true;
  #ownsAttributes = false;

  /** @param attributes shared; copied before the first change */
  constructor(
    origin: SpanOrigin,
    name: string,
    attributes: Attributes,
    context: SpanContext,
    parent: SpanContext | undefined,
    startMs: number,
  ) {
    this.#origin = origin;
    this.name = name;
    this.attributes = attributes;
    this.instrumentationScope = origin.scope;
    this.#context = context;
    this.parentSpanContext = parent;
    this.startTime = hrTimeOf(startMs);
  }

  /** The program's own, where it has one by the time that the span is written. */
  get resource(): ProcessedSpan['resource'] {
    return this.#origin.resource;
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  setAttribute(key: string, value: AttributeValue | undefined): this {
    if (!this.#isOpen || value === undefined) return this;
    if (!this.#ownsAttributes) {
      this.attributes = { ...this.attributes };
      this.#ownsAttributes = true;
    }
    if (Object.hasOwn(this.attributes, key) || Object.keys(this.attributes).length < ITEMS_MAX) {
      this.attributes[key] = value;
    } else this.droppedAttributesCount++;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    for (const key of Object.keys(attributes)) this.setAttribute(key, attributes[key]);
    return this;
  }

  addEvent(name: string, second?: Attributes | TimeInput, time?: TimeInput): this {
    const isTime = isTimeInput(second);
    this.#addEvent(name, isTime ? {} : { ...second }, isTime ? second : time);
    return this;
  }

  #addEvent(name: string, attributes: Attributes, time: TimeInput | undefined): void {
    if (!this.#isOpen) return;
    if (this.events.length >= ITEMS_MAX) {
      this.droppedEventsCount++;
      return;
    }
    const at = time === undefined ? hrTimeOf(realNow()) : timeOf(time);
    this.events.push({ time: at, name, attributes });
  }

  addLink(link: Link): this {
    if (!this.#isOpen) return this;
    if (this.links.length < ITEMS_MAX) this.links.push(link);
    else this.droppedLinksCount++;
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  setStatus(status: SpanStatus): this {
    if (this.#isOpen) this.status = { ...status };
    return this;
  }

  updateName(name: string): this {
    if (this.#isOpen) this.name = name;
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.#addException(exception, time, undefined);
  }

  #addException(exception: Exception, time: TimeInput | undefined, own: string | undefined): void {
    const { name, message, code } = Object(exception) as Record<string, unknown>;
    const type = goesByName({ name, code }) ? name : (code ?? name);
    const attributes: Attributes = {
      ...(type !== undefined && { 'exception.type': String(type) }),
      'exception.message': String(typeof exception === 'string' ? exception : (message ?? '')),
      ...(own !== undefined && { 'synton.error': own }),
    };
    addStack(attributes, exception);
    this.#addEvent('exception', attributes, time);
  }

  isRecording(): boolean {
    return this.#isOpen;
  }

  end(): void {}

  /**
   * The call threw. After `close`, before the span is given away.
   *
   * @param error undefined where nobody knows it
   * @param isKept what the error has of its own is told too
   */
  fail(error: unknown, isKept = false): void {
    this.#isOpen = true;
    try {
      const exception = error === undefined ? { message: UNKNOWN_ERROR } : exceptionOf(error);
      const own = isKept ? capturedError(error) : undefined;
      if (error !== undefined) this.#addException(exception as Exception, this.endTime, own);
      this.setStatus({ code: SpanStatusCode.ERROR, message: exception.message });
    } catch {
      // What was thrown resists being read: that something was is known.
      this.status = { code: SpanStatusCode.ERROR };
    }
    this.#isOpen = false;
  }

  close(endMs: number): void {
    this.endTime = hrTimeOf(endMs);
    this.#isOpen = false;
  }
}

/**
 * Read when the span is written. An engine that was asked for the stack of an error no longer tells where a rejection
 * came from that nobody handles.
 */
function addStack(attributes: Attributes, exception: Exception): void {
  if (!types.isNativeError(exception)) return;
  let text: string | undefined;
  Object.defineProperty(attributes, 'exception.stacktrace', {
    enumerable: true,
    get: (): string => {
      text ??= stackOf(exception);
      return text;
    },
  });
}

function stackOf(error: Error): string {
  try {
    return String(error.stack);
  } catch {
    return '';
  }
}

/** @param ms as `performance.now()` counts */
export function hrTimeOf(ms: number): HrTime {
  const sinceMs = ORIGIN_REST_MS + ms;
  const seconds = Math.floor(sinceMs / 1_000);
  return [ORIGIN_S + seconds, Math.floor((sinceMs - seconds * 1_000) * 1e6)];
}

function isTimeInput(value: unknown): value is TimeInput {
  return typeof value === 'number' || value instanceof Date || Array.isArray(value);
}

/** A number below the epoch's counts from the start of the process, as in the SDK. */
function timeOf(time: TimeInput): HrTime {
  if (Array.isArray(time)) return time;
  const ms = typeof time === 'number' ? time : time.getTime();
  if (ms < performance.timeOrigin) return hrTimeOf(ms);
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.floor((ms - seconds * 1_000) * 1e6)];
}
