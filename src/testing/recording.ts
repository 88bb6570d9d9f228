/**
 * The spans of one trace while it is recorded, with the order in which they started and ended: that is told
 * by the calls of the provider, as each span of the SDK has a clock of its own.
 *
 * Bound: `spansMax` spans; further ones are counted. Everything is forgotten with the recording.
 */
import { type Context, createContextKey } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-base';

export interface NotedSpan {
  span: ReadableSpan;
  /** Place among all starts and ends of the trace. */
  readonly startedAs: number;
  endedAs: number | undefined;
}

const RECORDING = createContextKey('synton recording');

/** By trace id. An entry lives as long as its `record`. */
const recordings = new Map<string, Recording>();

// Fake timers of a test are not ours: these are the ones from before.
const { setTimeout: later, clearTimeout: cancel, setImmediate: soon } = globalThis;

export class Recording {
  readonly #spansMax: number;
  /** By span id, in order of start. */
  readonly #noted = new Map<string, NotedSpan>();
  #traceId: string | undefined;
  #place = 0;
  #running = 0;
  #leftOut = 0;
  #wake: () => void = () => {};

  constructor(spansMax: number) {
    this.#spansMax = spansMax;
  }

  get spans(): readonly NotedSpan[] {
    return [...this.#noted.values()];
  }

  /** Spans beyond the bound. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /** The first span that starts in this context begins the recording of its trace. */
  asked(context: Context): Context {
    return context.setValue(RECORDING, this);
  }

  begin(traceId: string): void {
    if (this.#traceId !== undefined) return;
    this.#traceId = traceId;
    recordings.set(traceId, this);
  }

  start(span: ReadableSpan): void {
    const { spanId } = span.spanContext();
    if (this.#noted.has(spanId)) return;
    if (this.#noted.size >= this.#spansMax) {
      this.#leftOut++;
      return;
    }
    this.#noted.set(spanId, { span, startedAs: this.#place++, endedAs: undefined });
    this.#running++;
  }

  end(span: ReadableSpan): void {
    const noted = this.#noted.get(span.spanContext().spanId);
    if (noted === undefined || noted.endedAs !== undefined) return;
    noted.span = span;
    noted.endedAs = this.#place++;
    if (--this.#running === 0) this.#wake();
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

  /** What comes later is not noted. */
  close(): void {
    if (this.#traceId !== undefined) recordings.delete(this.#traceId);
  }
}

/** One for all recordings. For a tracer provider that takes no processor once it is made: pass it then. */
export const recordingProcessor: SpanProcessor = {
  onStart(span, parentContext) {
    const { traceId } = span.spanContext();
    const asking = parentContext.getValue(RECORDING);
    if (asking instanceof Recording) asking.begin(traceId);
    recordings.get(traceId)?.start(span);
  },
  onEnd(span) {
    recordings.get(span.spanContext().traceId)?.end(span);
  },
  forceFlush: async () => {},
  shutdown: async () => {},
};
