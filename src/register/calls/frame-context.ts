/**
 * The context within a call: what is active around it, and the call's span as the active one. The span is
 * made, its ids with it, when somebody first asks for it.
 */
import { type Context, createContextKey } from '@opentelemetry/api';
import type { CallFrame } from './call-frame.ts';
import type { CallTracker } from './call-tracker.ts';

/** The key that the API keeps the active span under; keys go by their name. */
const SPAN_KEY = createContextKey('OpenTelemetry Context Key SPAN');

export class FrameContext implements Context {
  readonly #tracker: CallTracker;
  readonly frame: CallFrame;
  readonly #base: Context;

  constructor(tracker: CallTracker, frame: CallFrame, base: Context) {
    this.#tracker = tracker;
    this.frame = frame;
    this.#base = base;
  }

  getValue(key: symbol): unknown {
    if (key !== SPAN_KEY) return this.#base.getValue(key);
    return this.#tracker.spanFor(this.frame) ?? this.#base.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    const base = this.#base;
    if (key === SPAN_KEY) return base.setValue(key, value);
    const span = this.getValue(SPAN_KEY);
    return (span === undefined ? base : base.setValue(SPAN_KEY, span)).setValue(key, value);
  }

  deleteValue(key: symbol): Context {
    if (key === SPAN_KEY) return this.#base.deleteValue(key);
    const span = this.getValue(SPAN_KEY);
    return (span === undefined ? this.#base : this.#base.setValue(SPAN_KEY, span)).deleteValue(key);
  }
}
