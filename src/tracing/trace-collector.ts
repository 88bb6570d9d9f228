/**
 * The traces that this process made lately, in memory, and views of them. It writes nothing to disk and
 * forwards nothing, whatever the environment says; OTEL_SDK_DISABLED switches it off.
 *
 * Bounds: `maxSpans` ended spans, `maxBytes` of them; the oldest go first.
 */
import { trace } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ProcessorViews } from '../sdk/processor-views.ts';
import { SyntonSpanProcessor } from '../sdk/span-processor.ts';
import { addProcessor, setUpProvider } from './connect-provider.ts';
import { currentProvider, whenProviderChanges } from './current-tracer.ts';
import { SpanStack, type StackedSpan } from './span-stack.ts';

export interface TraceCollectorOptions {
  /** Ended spans that are remembered. @default 10,000 */
  readonly maxSpans?: number | undefined;
  /** Bytes of them, or a text such as '16MiB'. @default '16MiB' */
  readonly maxBytes?: number | string | undefined;
}

export class TraceCollector {
  static #global: TraceCollector | undefined;
  readonly #options: TraceCollectorOptions;
  readonly #stack = new SpanStack();
  readonly #providers = new WeakSet<object>();
  #spans: SyntonSpanProcessor;
  #isTaking = true;

  /** For a tracer provider of the program's: pass it `processor`. @throws ConfigError where an option is wrong */
  constructor(options: TraceCollectorOptions = {}) {
    this.#options = options;
    this.#spans = inMemory(options);
  }

  /**
   * The one of this process. The first call adds it to the program's tracer provider, or sets one up where
   * there is none. A provider that is registered later wins: the collector goes with it where it can, and
   * says so on the console where not.
   */
  static global(): TraceCollector {
    if (TraceCollector.#global === undefined) {
      const collector = new TraceCollector();
      TraceCollector.#global = collector;
      whenProviderChanges(() => collector.#connect());
    }
    TraceCollector.#global.#connect();
    return TraceCollector.#global;
  }

  /** To be passed to a tracer provider. Shutting it down ends the taking; views are answered on. */
  readonly processor: SpanProcessor = {
    onStart: (span, parentContext) => {
      if (!this.#isTaking) return;
      this.#stack.note(span, parentContext);
      this.#spans.onStart(span);
    },
    onEnd: (span) => {
      if (this.#isTaking) this.#spans.onEnd(span);
    },
    forceFlush: () => this.#spans.forceFlush(),
    shutdown: () => {
      this.#isTaking = false;
      return this.#spans.forceFlush();
    },
  };

  /** The spans that are open around the caller, the outermost first. */
  currentSpanStack(): readonly StackedSpan[] {
    return this.#stack.of(trace.getActiveSpan());
  }

  /** Lifecycle, timeline, statistics, dashboard, list of traces, export. Of the spans since the last `clear`. */
  get views(): ProcessorViews {
    return this.#spans.views;
  }

  /** Forgets everything, the spans that run too. */
  async clear(): Promise<void> {
    const before = this.#spans;
    this.#spans = inMemory(this.#options);
    await before.shutdown();
  }

  #connect(): void {
    const provider = currentProvider();
    if (provider !== undefined && this.#providers.has(provider)) return;
    const isConnected =
      provider === undefined
        ? setUpProvider(this.processor)
        : addProcessor(provider, this.processor);
    const connected = currentProvider();
    if (connected !== undefined) this.#providers.add(connected);
    if (!isConnected) {
      console.warn(
        'synton: the tracer provider takes no further span processor, so TraceCollector.global() sees none of its spans; ' +
          'pass the provider a processor when it is made: new TraceCollector().processor',
      );
    } else if (provider !== undefined) this.#isTaking = true;
  }
}

function inMemory({ maxSpans, maxBytes }: TraceCollectorOptions): SyntonSpanProcessor {
  return new SyntonSpanProcessor(
    {
      sampleRate: 1,
      persistence: { enabled: false },
      maxSpansInMemory: maxSpans,
      maxBytesInMemory: maxBytes,
    },
    { env: { OTEL_SDK_DISABLED: process.env['OTEL_SDK_DISABLED'] }, isMemoryMeant: true },
  );
}
