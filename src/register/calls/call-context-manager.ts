/**
 * OpenTelemetry's context manager of an instrumented program: where nothing else is active, the call that
 * runs is. It stands in for the manager of a program that brings its own, so it does all that that one does.
 */
import type { Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { CallTracker } from './call-tracker.ts';

export class CallContextManager extends AsyncLocalStorageContextManager {
  readonly #tracker: CallTracker;

  readonly #onUse: (() => void) | undefined;

  /** @param onUse called when a program asks for a context, as it does for each span, or runs something in one */
  constructor(tracker: CallTracker, onUse?: () => void) {
    super();
    this.#tracker = tracker;
    this.#onUse = onUse;
  }

  override active(): Context {
    this.#onUse?.();
    return this.#tracker.active();
  }

  override with<Args extends unknown[], Fn extends (...args: Args) => ReturnType<Fn>>(
    context: Context,
    fn: Fn,
    thisArg?: ThisParameterType<Fn>,
    ...args: Args
  ): ReturnType<Fn> {
    this.#onUse?.();
    return this.#tracker.run(context, () => Reflect.apply(fn, thisArg, args) as ReturnType<Fn>);
  }

  /** Those who ask for it get what `with` gives; calls that run already keep their place. */
  override disable(): this {
    return this;
  }
}
