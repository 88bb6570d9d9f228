/**
 * A call that runs, as the text in the rewritten function sees it: every method is called from there, and
 * none throws. Which frame is running is the tracker's; a frame puts itself there and takes itself away,
 * also around each pause of an async function or a generator.
 */
import { types } from 'node:util';
import type { Context } from '@opentelemetry/api';
import { realNow } from '../../telemetry/real-now.ts';
import { isNativePromise } from '../../tracing/promise-watch.ts';
import type { CallSpan } from './call-span.ts';
import type { CallTracker, Scope } from './call-tracker.ts';
import { type KeptArguments, keptArguments } from './captured-call.ts';
import type { FrameContext } from './frame-context.ts';
import { iteratedWithin } from './iterated.ts';
import type { RecordedCall } from './recorded-call.ts';

const then = Promise.prototype.then;
/** The engine's, whatever the program has in its place. */
const Engine = (async () => {})().constructor as PromiseConstructor;
const { resolve } = Engine;

export class CallFrame {
  readonly row: number;
  /** Of all calls of the thread, from 1: its ids are made of it. */
  readonly number: number;
  readonly depth: number;
  /** What called it, for as long as that can still become a span. */
  readonly parent: CallFrame | undefined;
  /** What was active around the outermost frame. */
  readonly base: Context | undefined;
  readonly startMs: number;
  /** 0 while it runs. */
  endMs = 0;
  readonly isEarly: boolean;
  hasFailed = false;
  error: unknown = undefined;
  /** Once somebody asked for its ids, or it ended as a span. */
  span: CallSpan | undefined = undefined;
  context: FrameContext | undefined = undefined;
  /** Where arguments are captured. */
  kept: KeptArguments | undefined = undefined;
  /** In a test's recording, from before it is entered. */
  recorded: RecordedCall | undefined = undefined;
  /** It is the scope of what it starts on the event loop: of an async function, and where it is recorded. */
  holdsScope: boolean;
  readonly #tracker: CallTracker;
  #isIn = false;
  /** Never of a function that pauses unseen. */
  #wasEntered = false;
  /** A generator that was resumed in a `finally`: perhaps its consumer has left it. */
  #mayBeLeft = false;
  #outer: CallFrame | undefined = undefined;
  #outerScope: Scope = undefined;

  constructor(
    tracker: CallTracker,
    row: number,
    number: number,
    parent: CallFrame | undefined,
    base: Context | undefined,
    startMs: number,
    isEarly: boolean,
    isAsync: boolean,
  ) {
    this.#tracker = tracker;
    this.row = row;
    this.number = number;
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.base = base;
    this.startMs = startMs;
    this.isEarly = isEarly;
    this.holdsScope = isAsync;
  }

  get isAsync(): boolean {
    return this.holdsScope && this.#tracker.table.functions[this.row]!.isAsync;
  }

  /** It runs from here on. */
  enter(): void {
    const tracker = this.#tracker;
    this.#isIn = true;
    this.#wasEntered = true;
    this.#outer = tracker.running;
    tracker.running = this;
    if (this.holdsScope) {
      this.#outerScope = tracker.storage.getStore();
      tracker.storage.enterWith(this);
    }
  }

  /** What it was called with; right after it was entered, where that is to be kept. */
  args(...values: unknown[]): void {
    const { parameters } = this.#tracker.table.functions[this.row]!;
    if (parameters !== undefined) this.kept = keptArguments(parameters, values);
  }

  /** It pauses, or ends. */
  leave(): void {
    if (!this.#isIn) return;
    const tracker = this.#tracker;
    this.#isIn = false;
    tracker.running = this.#outer;
    this.#outer = undefined;
    if (this.holdsScope) {
      tracker.storage.enterWith(this.#outerScope);
      this.#outerScope = undefined;
    }
  }

  /**
   * It pauses for a value. A thenable that is no promise of the engine's, a query perhaps, is first asked in a job of its own, as await
   * has it: in the same one here, and within this call.
   *
   * @returns what to wait for; undefined where that is the value itself
   */
  awaiting(value: unknown): unknown {
    const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
    const isForeign = isObject && this.#isIn && !types.isPromise(value);
    const awaited = isForeign ? Reflect.apply(resolve, Engine, [value]) : undefined;
    this.leave();
    return awaited;
  }

  /** After a pause. */
  resume(isInFinally = false): void {
    if (this.#isIn || !this.#wasEntered || this.endMs !== 0) return;
    if (isInFinally) this.#mayBeLeft = true;
    // Whatever was thrown meanwhile is not what this call will throw.
    this.#tracker.returned();
    this.enter();
  }

  /** What the function goes through with a `for await`; undefined where it is to go through it as it is. */
  iterated(iterable: unknown): unknown {
    if (this.recorded === undefined) return undefined;
    return iteratedWithin(iterable, (run) => {
      if (this.#isIn || this.endMs !== 0) return run();
      this.enter();
      try {
        return run();
      } finally {
        this.leave();
      }
    });
  }

  /** The function has caught something itself. */
  caught(error?: unknown): void {
    this.#mayBeLeft = false;
    this.#tracker.caught(error, this.recorded?.recording);
    this.resume();
  }

  /**
   * @param result the frame itself where nothing was returned
   * @param thrown what the function itself threw last
   * @param awaited what it paused for last; the frame itself for the next of a loop
   */
  exit(result?: unknown, thrown?: unknown, awaited?: unknown): void {
    if (this.endMs !== 0) return;
    const wasIn = this.#isIn;
    this.leave();
    const tracker = this.#tracker;
    if (result !== this) {
      tracker.returned();
      if (this.isAsync && isNativePromise(result)) this.#follow(result, false);
      else tracker.end(this, realNow(), result);
      return;
    }
    const isInterrupted = this.#wasEntered && (!wasIn || this.#mayBeLeft);
    const { isGenerator } = tracker.table.functions[this.row]!;
    if (isInterrupted && this.isAsync && thrown === undefined && isNativePromise(awaited)) {
      // Its rejection is what was thrown, if it was rejected.
      this.#follow(awaited, !isGenerator, realNow());
    } else if (isInterrupted && isGenerator && awaited !== this) tracker.end(this);
    else this.#end(true, tracker.thrownBy(thrown, this.recorded?.recording));
  }

  #end(hasFailed: boolean, error: unknown, endMs?: number): void {
    this.hasFailed = hasFailed;
    this.error = error;
    this.#tracker.end(this, endMs);
  }

  /** Whoever awaits or returns a promise in an async function has handled it: watching it hides nothing. */
  #follow(promise: Promise<unknown>, hasFailed: boolean, endMs?: number): void {
    const isResult = endMs === undefined;
    const done = (value: unknown): void =>
      isResult ? this.#tracker.end(this, realNow(), value) : this.#end(hasFailed, undefined, endMs);
    const failed = (error: unknown): void => {
      // What it came through is waiting for it, where that did not know it either.
      this.#tracker.caught(error, this.recorded?.recording);
      this.#end(true, error, endMs);
    };
    Reflect.apply(then, promise, [done, failed]);
  }
}
