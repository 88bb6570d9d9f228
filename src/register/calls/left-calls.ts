/** What stands for a call once it has ended: those that it has left behind on the event loop still ask for it. */
import { type Context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import type { CallFrame } from './call-frame.ts';

/** The call itself, or the innermost around it that runs or has become a span. */
export function nearest(frame: CallFrame): CallFrame | undefined {
  let at: CallFrame | undefined = frame;
  while (at !== undefined && at.endMs !== 0 && at.span === undefined) at = at.parent;
  return at;
}

/** What is active for those that a call has left behind. */
export function contextAfter({ span, base }: CallFrame): Context | undefined {
  return span === undefined ? base : trace.setSpanContext(base ?? ROOT_CONTEXT, span.spanContext());
}
