/**
 * A span that has started, and the context in which it is the active one. Whatever the provider does
 * wrong stays in here: no method throws. Ending twice is legal; the first end counts.
 */
import {
  type AttributeValue,
  type Context,
  context,
  diag,
  type HrTime,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { captured, capturedArguments } from './capture.ts';
import { currentTracer } from './current-tracer.ts';
import { exceptionOf, goesByName, withoutCode } from './exception-of.ts';
import { ATTRIBUTE, type SpanPlan } from './trace-options.ts';

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

export class OpenSpan {
  readonly span: Span;
  readonly context: Context;
  readonly #capturesReturn: boolean;
  #isOpen = true;

  constructor(span: Span, parent: Context, capturesReturn: boolean) {
    this.span = span;
    this.context = trace.setSpan(parent, span);
    this.#capturesReturn = capturesReturn;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isRecording(): boolean {
    return attempt(() => this.span.isRecording()) === true;
  }

  set(key: string, value: AttributeValue): void {
    attempt(() => this.span.setAttribute(key, value));
  }

  addEvent(name: string, attributes: Readonly<Record<string, AttributeValue | undefined>>): void {
    attempt(() => this.span.addEvent(name, attributes));
  }

  /** Without ending it. */
  record(error: unknown): void {
    attempt(() => {
      const exception = exceptionOf(error);
      const { message } = exception;
      this.span.recordException(goesByName(exception) ? withoutCode(exception) : exception);
      this.span.setStatus({
        code: SpanStatusCode.ERROR,
        ...(message !== undefined && { message }),
      });
    });
  }

  /** @param time by the clock of whoever gave the start; the span's own where he gave none */
  end(time?: HrTime): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    attempt(() => this.span.end(time));
  }

  fail(error: unknown, time?: HrTime): void {
    if (!this.#isOpen) return;
    this.record(error);
    this.end(time);
  }

  /** Ends it with what was returned. */
  succeed(value: unknown): void {
    if (!this.#isOpen) return;
    if (this.#capturesReturn && this.isRecording) {
      const text = captured(value);
      if (text !== undefined) this.set(ATTRIBUTE.return, text);
    }
    this.end();
  }
}

/** A child of the active span. Undefined where there is no provider, or it fails. */
export function openSpan(plan: SpanPlan, args?: readonly unknown[]): OpenSpan | undefined {
  try {
    const tracer = currentTracer();
    if (tracer === undefined) return undefined;
    const parent = context.active();
    const { name, attributes } = plan;
    const span: Span | undefined = tracer.startSpan(name, { attributes }, parent);
    if (span === undefined) return undefined;
    const open = new OpenSpan(span, parent, plan.captureReturn);
    if (plan.captureArguments && args !== undefined && open.isRecording) {
      const text = capturedArguments(args);
      if (text !== undefined) open.set(ATTRIBUTE.args, text);
    }
    return open;
  } catch (error) {
    diag.error('synton: a span could not be started', error);
    return undefined;
  }
}

/**
 * Calls with the context active. The function is called exactly once, and what it returns or throws comes
 * out, whatever the context manager does. Adds as few frames to the stack as it can.
 *
 * @param newTarget where it is called with `new`
 */
export function callIn(
  active: Context,
  fn: AnyFunction,
  self: unknown,
  args: readonly unknown[],
  newTarget?: AnyFunction,
): unknown {
  let isBegun = false;
  let isDone = false;
  let result: unknown;
  const call = (): void => {
    isBegun = true;
    result =
      newTarget === undefined
        ? Reflect.apply(fn, self, args)
        : Reflect.construct(fn, args, newTarget);
    isDone = true;
  };
  try {
    context.with(active, call);
  } catch (error) {
    if (isBegun && !isDone) throw error;
    diag.error('synton: the context manager failed', error);
  }
  if (!isDone) call();
  return result;
}

function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    diag.error('synton: a span could not be written to', error);
    return undefined;
  }
}
