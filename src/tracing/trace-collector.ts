/**
 * The traces that this process made lately, in memory, and views of them. It writes nothing to disk and
 * forwards nothing, whatever the environment says; OTEL_SDK_DISABLED switches it off.
 *
 * Bounds: `maxSpans` ended spans, `maxBytes` of them; the oldest go first.
 */
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { trace } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ProcessorViews } from '../sdk/processor-views.ts';
import type { SyntonSpanProcessor } from '../sdk/span-processor.ts';
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
  /** The provider that was last seen is one that we set up. */
  #isOurs = false;

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
      // A provider that is taken away is not missed until somebody asks for the collector again.
      whenProviderChanges((provider) => provider && collector.#connect());
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
    if (this === TraceCollector.#global && currentProvider() !== undefined) this.#connect();
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
    if (provider === undefined) {
      if (process.env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return;
      if (!setUpProvider(this.processor)) warn(NO_PROXY);
      const ours = currentProvider();
      if (ours !== undefined) this.#providers.add(ours);
      this.#isOurs = ours !== undefined;
      return;
    }
    if (this.#providers.has(provider)) return;
    this.#providers.add(provider);
    const isConnected = addProcessor(provider, this.processor);
    if (isConnected) this.#isTaking = true;
    if (!isConnected) warn(this.#isOurs ? `${REPLACED}. ${NOT_TAKEN}` : NOT_TAKEN);
    else if (this.#isOurs) warn(`${REPLACED}, and TraceCollector.global() sees them there`);
    this.#isOurs = false;
  }
}

const REPLACED =
  'the program registered a tracer provider after TraceCollector.global() had set one up: spans go to the new one';
const NOT_TAKEN =
  'The tracer provider takes no further span processor, so TraceCollector.global() does not see its spans; ' +
  'pass it the processor of a collector when it is made: new TraceCollector().processor';
const NO_PROXY =
  'the API of OpenTelemetry has a tracer provider in which none can be set up: TraceCollector.global() sees no spans';

/** Something a user must know, said once as it happens once for each provider. */
function warn(message: string): void {
  console.warn(`synton: ${message}`);
}

/** Loaded with the first collector: it would be three quarters of what importing `trace` takes. */
function inMemory({ maxSpans, maxBytes }: TraceCollectorOptions): SyntonSpanProcessor {
  const load = createRequire(import.meta.url);
  const loaded: unknown = load(`../sdk/span-processor${extname(import.meta.url)}`);
  const { SyntonSpanProcessor } = loaded as typeof import('../sdk/span-processor.ts');
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
