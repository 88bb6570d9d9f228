/**
 * Which spans are open around the code that asks, in its own async context: the active one, its parent and
 * so on. Whoever hears of every start is asked to note each span's parent.
 *
 * A parent that has ended is left out, so that an endless chain of spans, each started by the last, is not
 * kept. Bound: SPANS_MAX spans told.
 */
import { type Context, type Span, trace } from '@opentelemetry/api';

export interface StackedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty where the provider does not tell it. */
  readonly name: string;
}

interface Frame {
  readonly span: Span;
  parent: Frame | undefined;
}

const SPANS_MAX = 1_024;

export class SpanStack {
  readonly #frames = new WeakMap<object, Frame>();

  note(span: Span, parentContext: Context): void {
    const parent = trace.getSpan(parentContext);
    const above = parent === undefined ? undefined : this.#frames.get(parent);
    this.#frames.set(span, { span, parent: nearestOpen(above) });
  }

  /** The outermost first. */
  of(active: Span | undefined): readonly StackedSpan[] {
    if (active === undefined) return [];
    const stack = [stacked(active)];
    let at = nearestOpen(this.#frames.get(active)?.parent);
    while (at !== undefined && stack.length < SPANS_MAX) {
      stack.push(stacked(at.span));
      at = nearestOpen(at.parent);
    }
    return stack.reverse();
  }
}

/** Shortens the way past what has ended, for the frame that is found too. */
function nearestOpen(frame: Frame | undefined): Frame | undefined {
  let at = frame;
  while (at !== undefined && !at.span.isRecording()) at = at.parent;
  if (at === undefined) return undefined;
  while (at.parent !== undefined && !at.parent.span.isRecording()) at.parent = at.parent.parent;
  return at;
}

function stacked(span: Span): StackedSpan {
  const { traceId, spanId } = span.spanContext();
  const { name } = span as Span & { readonly name?: unknown };
  return { traceId, spanId, name: typeof name === 'string' ? name : '' };
}
