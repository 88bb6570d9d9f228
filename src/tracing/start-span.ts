/**
 * A span that is ended by hand, or by `using`:
 *
 *   using span = startSpan('import');
 *   span.run(() => readFile());       // a child of it
 *
 * It is not made the active span of the code that follows: that could only be done by changing the context
 * of the caller too. What shall be its child is started within `run`.
 */
import type { Attributes, AttributeValue, Span } from '@opentelemetry/api';
import { CHECKPOINT_EVENT, CHECKPOINT_NAME } from '../model/checkpoint.ts';
import { callIn, type OpenSpan, openSpan } from './open-span.ts';
import { type SpanOptions, spanPlan } from './trace-options.ts';

/** No method throws, but `run` what its function throws. After the end only `run` does anything. */
export interface ManualSpan extends Disposable, AsyncDisposable {
  /** OpenTelemetry's; undefined where the program has no provider. */
  readonly span: Span | undefined;
  setAttribute(key: string, value: AttributeValue): void;
  checkpoint(name: string, attributes?: Attributes): void;
  /** Runs with this span active, and returns what `fn` returns. Does not end the span. */
  run<Result>(fn: () => Result): Result;
  /** Marks the span as failed, with the error as its event. Does not end it. */
  fail(error: unknown): void;
  /** Any but the first has no effect. */
  end(): void;
}

/** A child of the active span. */
export function startSpan(
  name: string,
  options: Omit<SpanOptions, 'captureReturn'> = {},
): ManualSpan {
  return new HandEndedSpan(openSpan(spanPlan({ ...options, name })));
}

class HandEndedSpan implements ManualSpan {
  readonly #open: OpenSpan | undefined;

  constructor(open: OpenSpan | undefined) {
    this.#open = open;
  }

  get span(): Span | undefined {
    return this.#open?.span;
  }

  setAttribute(key: string, value: AttributeValue): void {
    if (this.#open?.isOpen) this.#open.set(key, value);
  }

  checkpoint(name: string, attributes?: Attributes): void {
    if (!this.#open?.isOpen) return;
    this.#open.addEvent(CHECKPOINT_EVENT, { ...attributes, [CHECKPOINT_NAME]: name });
  }

  run<Result>(fn: () => Result): Result {
    if (this.#open === undefined) return fn();
    return callIn(this.#open.context, fn, undefined, []) as Result;
  }

  fail(error: unknown): void {
    if (this.#open?.isOpen) this.#open.record(error);
  }

  end(): void {
    this.#open?.end();
  }

  [Symbol.dispose](): void {
    this.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }
}
