/**
 * The spans of one trace while it is recorded, with the order in which they started and ended: that is told
 * by the calls of the provider, as each span of the SDK has a clock of its own.
 *
 * Bound: `spansMax` spans; further ones are counted. Everything is forgotten with the recording.
 */
import type { Context } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  type CalledFunction,
  type CallRecording,
  LEFT_BEHIND_KEY,
  type LeftBehind,
  type NotableSpan,
  RECORDING_KEY,
  recordingRegistry,
} from './recording-registry.ts';

export interface NotedSpan {
  span: NotableSpan;
  /** It is the call of a function that was rewritten, not a span of OpenTelemetry. */
  readonly isCall: boolean;
  readonly parentId: string | undefined;
  /** Place among all starts and ends of the trace. */
  readonly startedAs: number;
  endedAs: number | undefined;
}

/** A call that is left out and has a span all the same. */
export interface PassedCall {
  readonly span: NotableSpan;
  /** What others are below that name it as their parent. */
  readonly parentId: string | undefined;
}

// Fake timers of a test are not ours: these are the ones from before.
const { setTimeout: later, clearTimeout: cancel, setImmediate: soon } = globalThis;

export class Recording implements CallRecording {
  readonly #spansMax: number;
  readonly #isWanted: (call: CalledFunction) => boolean;
  /** By span id, in order of start. */
  #noted = new Map<string, NotedSpan>();
  /** By span id. */
  #passed = new Map<string, PassedCall>();
  isOpen = false;
  #traceId: string | undefined;
  #place = 0;
  #running = 0;
  #leftOut = 0;
  #wake: () => void = () => {};

  /** @param isWanted asked of each call; must not throw */
  constructor(spansMax: number, isWanted: (call: CalledFunction) => boolean) {
    this.#spansMax = spansMax;
    this.#isWanted = isWanted;
  }

  /** Whether its first span was seen. */
  get isBegun(): boolean {
    return this.#noted.size > 0;
  }

  /** Spans beyond the bound. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** The first span that starts in this context begins the recording of its trace. */
  asked(context: Context): Context {
    return context.setValue(RECORDING_KEY, this);
  }

  begin(traceId: string): void {
    if (this.#traceId !== undefined) return;
    this.#traceId = traceId;
    this.isOpen = true;
    const registry = recordingRegistry();
    registry.byTrace.set(traceId, this);
    registry.openCount = registry.byTrace.size;
  }

  start(span: NotableSpan, parentId: string | undefined = span.parentSpanContext?.spanId): void {
    this.#start(span, parentId, false);
  }

  end(span: NotableSpan): void {
    const noted = this.#noted.get(span.spanContext().spanId);
    if (noted === undefined || noted.endedAs !== undefined) return;
    noted.span = span;
    noted.endedAs = this.#place++;
    if (--this.#running === 0) this.#wake();
  }

  wants(call: CalledFunction): boolean {
    if (!this.#isWanted(call)) return false;
    if (this.#noted.size < this.#spansMax) return true;
    this.#leftOut++;
    return false;
  }

  callStarted(span: NotableSpan, parentId: string | undefined): void {
    this.#start(span, parentId, true);
  }

  callEnded(span: NotableSpan): void {
    this.end(span);
  }

  callPassed(span: NotableSpan, parentId: string | undefined): void {
    if (this.#passed.size < this.#spansMax)
      this.#passed.set(span.spanContext().spanId, { span, parentId });
  }

  #start(span: NotableSpan, parentId: string | undefined, isCall: boolean): void {
    const { spanId } = span.spanContext();
    if (this.#noted.has(spanId)) return;
    if (this.#noted.size >= this.#spansMax) {
      this.#leftOut++;
      return;
    }
    const startedAs = this.#place++;
    this.#noted.set(spanId, { span, isCall, parentId, startedAs, endedAs: undefined });
    this.#running++;
  }

  /** Resolves when nothing runs, also a turn of the event loop later, or after `waitMs`. */
  async settle(waitMs: number): Promise<void> {
    let isLate = false;
    const timer = later(() => {
      isLate = true;
      this.#wake();
    }, waitMs);
    do {
      if (this.#running > 0) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      await new Promise((resolve) => soon(resolve));
    } while (this.#running > 0 && !isLate);
    cancel(timer);
  }

  /** What comes later is not noted, and what was is not kept: contexts that it ran in may live on. */
  close(): NotedSpans {
    const spans = [...this.#noted.values()];
    const passed = this.#passed;
    const registry = recordingRegistry();
    if (this.isOpen) registry.byTrace.delete(this.#traceId!);
    this.isOpen = false;
    registry.openCount = registry.byTrace.size;
    this.#noted = new Map();
    this.#passed = new Map();
    return { spans, passed };
  }
}

export interface NotedSpans {
  /** In order of start. */
  readonly spans: readonly NotedSpan[];
  readonly passed: ReadonlyMap<string, PassedCall>;
}

/** One for all recordings. For a tracer provider that takes no processor once it is made: pass it then. */
export const recordingProcessor: SpanProcessor = {
  onStart(span, parentContext) {
    const { traceId } = span.spanContext();
    const asking = parentContext.getValue(RECORDING_KEY);
    if (asking instanceof Recording) asking.begin(traceId);
    recordingOf(traceId)?.start(span, parentIn(parentContext, span));
  },
  onEnd(span) {
    recordingOf(span.spanContext().traceId)?.end(span);
  },
  forceFlush: async () => {},
  shutdown: async () => {},
};

/** Undefined for one of another copy of this package, whose own processor sees to it. */
function recordingOf(traceId: string): Recording | undefined {
  const found = recordingRegistry().byTrace.get(traceId);
  return found instanceof Recording ? found : undefined;
}

function parentIn(context: Context, { parentSpanContext }: NotableSpan): string | undefined {
  const left = context.getValue(LEFT_BEHIND_KEY) as LeftBehind | undefined;
  const parentId = parentSpanContext?.spanId;
  return left !== undefined && left.instead === parentId ? left.callId : parentId;
}
