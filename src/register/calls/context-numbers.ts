/**
 * What the outermost calls are below, told to the ring once each: the span of a context, by a number. The span of a call that only runs is
 * not made for it: the number of the call says all.
 */
import { type Context, type SpanContext, trace } from '@opentelemetry/api';
import { type ActivityRing, CONTEXT } from '../../sdk/reports/activity-ring.ts';
import { FrameContext } from './frame-context.ts';

export class ContextNumbers {
  readonly #ring: ActivityRing;
  readonly #suppressKey: symbol;
  readonly #numbers = new WeakMap<SpanContext, number>();
  #next: number = CONTEXT.first;
  #lastBase: Context | undefined;
  #last = 0;

  constructor(ring: ActivityRing, suppressKey: symbol) {
    this.#ring = ring;
    this.#suppressKey = suppressKey;
  }

  /** The number of the call that the context is of, or minus that of the context. */
  above(base: Context | undefined): number {
    if (base === undefined) return -CONTEXT.root;
    if (base !== this.#lastBase) {
      this.#lastBase = base;
      this.#last = this.#aboveIn(base);
    }
    return this.#last;
  }

  #aboveIn(base: Context): number {
    if (base.getValue(this.#suppressKey) === true) return -CONTEXT.suppressed;
    if (base instanceof FrameContext) return base.frame.number;
    const span = trace.getSpanContext(base);
    if (span === undefined) return -CONTEXT.none;
    let number = this.#numbers.get(span);
    if (number === undefined) {
      number = this.#next++;
      this.#numbers.set(span, number);
      this.#ring.context(number, span.traceId, span.spanId, span.traceFlags);
    }
    return -number;
  }
}
