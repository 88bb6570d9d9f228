/**
 * Which call runs, and what becomes of calls that have ended: the few that are worth it become spans, all of
 * them numbers. One a thread.
 *
 * A call becomes a span if it threw, was slow, is among the first of its function, or if somebody asked for
 * its ids while it ran: an OpenTelemetry span or a call that is one itself below it, or a checkpoint.
 *
 * What a call threw is known from its own `throw`, from the callee that it came through, or from whoever
 * caught it: until then its span waits. Where a library swallowed an error and the same function then fails of itself
 * before it calls anything else, the first error is named for both.
 *
 * Where a test records (testing/recording-registry.ts), every call that the recording wants has a span of its own and is told to it,
 * however often its function is called. Whether that span goes to the sink too is decided as ever.
 *
 * Bounds: DEPTH_MAX calls within each other, deeper ones are counted only; UNWOUND_MAX spans that wait for their error. In a recording
 * its own bound stands for both.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type SpanContext, trace } from '@opentelemetry/api';
import type { ActivityRing } from '../../sdk/reports/activity-ring.ts';
import {
  type IdSeeds,
  newIdSeeds,
  numberedSpanId,
  numberedTraceId,
} from '../../sdk/reports/numbered-ids.ts';
import { realNow } from '../../telemetry/real-now.ts';
import {
  type CallRecording,
  type CallWatcher,
  recordingRegistry,
} from '../../testing/recording-registry.ts';
import { captured } from '../../tracing/capture.ts';
import { ATTRIBUTE } from '../../tracing/trace-options.ts';
import type { CaptureSettings } from '../settings.ts';
import { CallFrame } from './call-frame.ts';
import { CALL_FLAG, CallRing, type CallSums } from './call-ring.ts';
import { CallSpan, type SpanOrigin } from './call-span.ts';
import { CallTable, type KnownFunction } from './call-table.ts';
import { argumentsText } from './captured-call.ts';
import { ContextNumbers } from './context-numbers.ts';
import { FrameContext } from './frame-context.ts';
import { contextAfter, nearest } from './left-calls.ts';
import {
  heldScope,
  isLeftBy,
  leftBehind,
  parentIdsOf,
  recordedIdIn,
  recordingIn,
  SUPPRESS_KEY,
} from './recorded-call.ts';

export interface TrackerSettings {
  /** A call that took at least this long becomes a span. */
  readonly slowMs: number;
  /** So do the first calls of a function. */
  readonly firstCalls: number;
  /** A function that is called more often than this is counted only. */
  readonly hotCallsPerSecond: number;
  /** What is active where nothing else is. */
  readonly root: Context;
  /** Arguments are kept where the rewritten text hands them over. */
  readonly capture?: Pick<CaptureSettings, 'return' | 'errors'>;
  /** Calls are watched for recordings alone, and not those of tests. */
  readonly isForTests?: boolean;
  /** Where every call is told that is not only counted. */
  readonly ring?: ActivityRing | undefined;
}

/** Where spans go. None of them throws. */
export interface SpanSink {
  started(span: CallSpan): void;
  ended(span: CallSpan): void;
}

/** What is active: a context, or a call that is looked up from what it started on the event loop. */
export type Scope = Context | CallFrame | undefined;

export interface CountedFunction extends KnownFunction, CallSums {
  readonly calls: number;
  readonly isHot: boolean;
}

/** Looked at by every call. */
const recordings = recordingRegistry();
const DEPTH_MAX = 256;
const UNWOUND_MAX = 64;

/** It waits for its error. */
interface UnwoundSpan {
  readonly span: CallSpan;
  readonly recording: CallRecording | undefined;
}

export class CallTracker implements CallWatcher {
  readonly table: CallTable;
  readonly storage: AsyncLocalStorage<Scope> = new AsyncLocalStorage<Scope>();
  readonly origin: SpanOrigin;
  running: CallFrame | undefined = undefined;
  /** False: calls are counted only, but for those that a test records. */
  isOn: boolean;
  readonly isForTests: boolean;
  readonly #settings: TrackerSettings;
  readonly #sink: SpanSink;
  readonly #sums = new CallRing();
  /** What ids are made of, and the numbers of calls. */
  readonly seeds: IdSeeds = newIdSeeds();
  readonly #ring: ActivityRing | undefined;
  readonly #contexts: ContextNumbers | undefined;
  #number = 0;
  /** Calls that run. */
  openCount = 0;
  /** Ended with an error that is not known yet. */
  #unwound: UnwoundSpan[] = [];
  #isUnwinding = false;
  #unwinding: unknown = undefined;
  /** Recordings run beside each other: what is thrown in one is not known in another. */
  #unwindingIn: CallRecording | undefined;

  constructor(settings: TrackerSettings, sink: SpanSink, origin: SpanOrigin) {
    this.#settings = settings;
    this.isForTests = settings.isForTests ?? false;
    this.isOn = !this.isForTests;
    this.#sink = sink;
    this.origin = origin;
    this.table = new CallTable(settings.hotCallsPerSecond);
    this.#ring = settings.ring;
    this.#contexts = settings.ring && new ContextNumbers(settings.ring, SUPPRESS_KEY);
  }

  /** Undefined where the call is only counted. Called by every rewritten function. */
  enter(row: number, isDetached: boolean): CallFrame | undefined {
    const { table } = this;
    const calls = table.calls[row]! + 1;
    table.calls[row] = calls;
    if (recordings.openCount > 0) {
      const recording = this.recordingHere();
      if (recording !== undefined) return this.#enterRecorded(row, isDetached, recording);
    }
    if (table.isHot[row] !== 0 || !this.isOn) return undefined;
    const nowMs = realNow();
    if (calls === 1) table.begin(row, nowMs);
    const untilCheck = table.untilCheck[row]! - 1;
    table.untilCheck[row] = untilCheck;
    if (untilCheck === 0 && table.turnsHot(row, nowMs)) return undefined;
    if (this.#isUnwinding) this.#isUnwinding = false;
    if (this.#unwound.length > 0) this.#flushUnwound(undefined);
    const { running } = this;
    const isEarly = calls <= this.#settings.firstCalls;
    const isAsync = table.functions[row]!.isAsync;
    if (running !== undefined && running.depth >= DEPTH_MAX) return undefined;
    const frame =
      running === undefined
        ? this.#outermost(row, nowMs, isEarly, isAsync)
        : this.#inner(running, row, nowMs, isEarly, isAsync);
    if (!isDetached) frame.enter();
    return frame;
  }

  /** None of what keeps a call from being a span holds here; where the recording does not want it, all of it does. */
  #enterRecorded(
    row: number,
    isDetached: boolean,
    recording: CallRecording,
  ): CallFrame | undefined {
    const { table, running } = this;
    const known = table.functions[row]!;
    const isWanted = recording.wants(known);
    const isDeep = running !== undefined && running.depth >= DEPTH_MAX;
    if (!isWanted && (!this.isOn || isDeep || table.isHot[row] !== 0)) return undefined;
    const nowMs = realNow();
    const isEarly = table.calls[row]! <= this.#settings.firstCalls;
    if (table.calls[row] === 1) table.begin(row, nowMs);
    this.#isUnwinding = false;
    if (this.#unwound.length > 0) this.#flushUnwound(recording);
    const scope = running ?? this.storage.getStore();
    const frame =
      running === undefined
        ? this.#outermost(row, nowMs, isEarly, known.isAsync)
        : this.#inner(running, row, nowMs, isEarly, known.isAsync);
    const above = recordedIdIn(scope);
    const parent = parentIdsOf(frame);
    const ids = this.#idsOf(frame, parent);
    const span = isWanted ? this.#newSpan(frame, ids, parent) : undefined;
    frame.holdsScope = true;
    frame.recorded = { recording, ids, span, id: span === undefined ? above : ids.spanId };
    if (span !== undefined) recording.callStarted(span, above);
    if (!isDetached) frame.enter();
    return frame;
  }

  #inner(
    running: CallFrame,
    row: number,
    nowMs: number,
    isEarly: boolean,
    isAsync: boolean,
  ): CallFrame {
    const number = ++this.#number;
    const { base } = running;
    const frame = new CallFrame(this, row, number, running, base, nowMs, isEarly, isAsync);
    this.#ring?.enter(row, number, running.number, nowMs);
    this.openCount++;
    return frame;
  }

  /** Called from the event loop, or under a context of somebody else's. */
  #outermost(row: number, nowMs: number, isEarly: boolean, isAsync: boolean): CallFrame {
    let scope = this.storage.getStore();
    let parent: CallFrame | undefined;
    let base: Context | undefined;
    if (scope instanceof CallFrame && scope.recorded !== undefined) scope = heldScope(scope);
    if (scope instanceof CallFrame) {
      const near = nearest(scope);
      // A call that has ended is no parent to hold on to: each one that started the next would be kept for ever.
      if (near?.endMs === 0) parent = near;
      base = parent === undefined ? contextAfter(near ?? scope) : parent.base;
    } else base = scope;
    const number = ++this.#number;
    this.openCount++;
    const ring = this.#ring;
    if (ring !== undefined)
      ring.enter(row, number, parent?.number ?? this.#contexts!.above(base), nowMs);
    return new CallFrame(this, row, number, parent, base, nowMs, isEarly, isAsync);
  }

  recordingHere(): CallRecording | undefined {
    return recordingIn(this.running ?? this.storage.getStore(), recordings);
  }

  /** The context of whoever asks. */
  active(): Context {
    const scope: Scope = this.running ?? this.storage.getStore();
    const recorded = scope instanceof CallFrame ? scope.recorded : undefined;
    const held = recorded === undefined || scope === this.running ? scope : heldScope(scope);
    const context =
      held instanceof CallFrame ? this.#contextOf(held) : (held ?? this.#settings.root);
    if (recorded === undefined || !isLeftBy(scope as CallFrame, context)) return context;
    return leftBehind(context, recorded);
  }

  /** Runs with a context of somebody else's; calls within are below it. */
  run<Result>(context: Context, call: () => Result): Result {
    const { running } = this;
    this.running = undefined;
    try {
      return this.storage.run(context, call);
    } finally {
      this.running = running;
    }
  }

  /** A call has returned. */
  returned(): void {
    this.#isUnwinding = false;
  }

  /** What a call throws that is left now, undefined where that is not known. @param own what it threw itself */
  thrownBy(own: unknown, recording: CallRecording | undefined): unknown {
    if (own !== undefined) {
      this.#unwinding = own;
      this.#unwindingIn = recording;
      this.#isUnwinding = true;
    }
    return this.#isUnwinding && this.#unwindingIn === recording ? this.#unwinding : undefined;
  }

  /** Somebody has caught what was thrown; undefined where he does not say what. */
  caught(error: unknown, recording: CallRecording | undefined): void {
    this.#isUnwinding = false;
    this.#unwinding = undefined;
    if (this.#unwound.length > 0) this.#flushUnwound(recording, error);
  }

  /** @param result what it returned, where it is known that it did */
  end(frame: CallFrame, endMs: number = realNow(), result?: unknown): void {
    if (frame.endMs !== 0) return;
    frame.endMs = endMs;
    const durationMs = endMs - frame.startMs;
    const { hasFailed } = frame;
    const isSpan =
      frame.span !== undefined || frame.isEarly || hasFailed || durationMs >= this.#settings.slowMs;
    const flags = (hasFailed ? CALL_FLAG.failed : 0) | (isSpan ? CALL_FLAG.span : 0);
    this.#sums.add(frame.row, frame.parent?.row ?? -1, frame.startMs, durationMs, flags);
    this.#ring?.exit(frame.number, flags, endMs);
    this.openCount--;
    if (isSpan || frame.recorded?.span !== undefined) this.#finish(frame, result, isSpan);
  }

  /** Gives away what waits for its error. @param error where it is known */
  flush(error?: unknown): void {
    for (const { recording } of [...this.#unwound]) this.#flushUnwound(recording, error);
  }

  /** Every function that was called at least once. */
  *counted(): Iterable<CountedFunction> {
    const { calls, isHot, functions } = this.table;
    for (let row = 0; row < functions.length; row++) {
      if (calls[row] === 0) continue;
      const sums = this.#sums.sumsOf(row);
      yield { ...functions[row]!, ...sums, calls: calls[row]!, isHot: isHot[row] !== 0 };
    }
  }

  /** The span of a call, made where there is none, with those of its callers. Undefined where tracing is suppressed. */
  spanFor(frame: CallFrame, ending?: CallFrame): CallSpan | undefined {
    if (frame.span !== undefined) return frame.span;
    const base = frame.base ?? this.#settings.root;
    if (base.getValue(SUPPRESS_KEY) === true) return undefined;
    const made: CallFrame[] = [];
    let at: CallFrame | undefined = frame;
    for (; at !== undefined && at.span === undefined; at = at.parent) made.push(at);
    let parent = at?.span?.spanContext() ?? trace.getSpanContext(base);
    for (const one of made.reverse()) parent = this.#make(one, parent, ending).spanContext();
    return frame.span;
  }

  #make(frame: CallFrame, parent: SpanContext | undefined, ending?: CallFrame): CallSpan {
    const { recorded } = frame;
    const span =
      recorded?.span ?? this.#newSpan(frame, recorded?.ids ?? this.#idsOf(frame, parent), parent);
    frame.span = span;
    if (recorded !== undefined && recorded.span === undefined)
      recorded.recording.callPassed(span, recorded.id);
    this.#tellArguments(frame, span);
    if (frame === ending) return span;
    if (frame.endMs === 0) this.#sink.started(span);
    else {
      // It ended before, and was not worth a span until somebody it called is one.
      span.close(frame.endMs);
      this.#sink.ended(span);
    }
    return span;
  }

  #newSpan(frame: CallFrame, ids: SpanContext, parent: SpanContext | undefined): CallSpan {
    const { name, attributes } = this.table.described(frame.row);
    return new CallSpan(this.origin, name, attributes, ids, parent, frame.startMs);
  }

  #idsOf({ number }: CallFrame, parent: SpanContext | undefined): SpanContext {
    return {
      traceId: parent?.traceId ?? numberedTraceId(this.seeds, number),
      spanId: numberedSpanId(this.seeds, number),
      traceFlags: parent?.traceFlags ?? 1,
      ...(parent?.traceState && { traceState: parent.traceState }),
    };
  }

  #tellArguments(frame: CallFrame, span: CallSpan): void {
    const { parameters } = this.table.functions[frame.row]!;
    if (frame.kept === undefined || parameters === undefined) return;
    span.setAttribute(ATTRIBUTE.args, argumentsText(parameters, frame.kept));
    frame.kept = undefined;
  }

  /** @param isSent as opposed to recorded alone */
  #finish(frame: CallFrame, result: unknown, isSent: boolean): void {
    const { recorded } = frame;
    const span = isSent ? this.spanFor(frame, frame) : recorded?.span;
    if (span === undefined) return;
    if (!isSent) this.#tellArguments(frame, span);
    const { capture } = this.#settings;
    if (capture?.return) span.setAttribute(ATTRIBUTE.return, captured(result));
    span.close(frame.endMs);
    if (recorded?.span !== undefined) recorded.recording.callEnded(span);
    if (frame.hasFailed) {
      const isKnown = frame.error !== undefined;
      if (!isKnown && (recorded !== undefined || this.#unwound.length < UNWOUND_MAX)) {
        this.#unwound.push({ span, recording: recorded?.recording });
        return;
      }
      span.fail(frame.error, capture?.errors);
    }
    if (isSent) this.#sink.ended(span);
  }

  /** Those of one recording; undefined for all that is in none. */
  #flushUnwound(of: CallRecording | undefined, error?: unknown): void {
    const unwound = this.#unwound;
    this.#unwound = unwound.filter(({ recording }) => recording !== of);
    for (const { span, recording } of unwound) {
      if (recording !== of) continue;
      span.fail(error, this.#settings.capture?.errors);
      this.#sink.ended(span);
    }
  }

  #contextOf(frame: CallFrame): Context {
    const near = nearest(frame) ?? frame;
    if (near.endMs !== 0) return contextAfter(near) ?? this.#settings.root;
    near.context ??= new FrameContext(this, near, near.base ?? this.#settings.root);
    return near.context;
  }
}
