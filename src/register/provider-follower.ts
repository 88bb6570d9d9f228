/**
 * Keeps our processor on the tracer provider that the program has: one of ours from the start, the program's own
 * from when it registers it. Says what resource the program is.
 */
import type { TracerProvider } from '@opentelemetry/api';
import type { SyntonSpanProcessor } from '../sdk/span-processor.ts';
import { addProcessor, setUpProvider } from '../tracing/connect-provider.ts';
import { currentProvider } from '../tracing/current-tracer.ts';
import type { SpanOrigin } from './calls/call-span.ts';
import type { ProgramActivity } from './program-activity.ts';
import type { ProgramEnd } from './program-end.ts';

type Processor = Parameters<typeof addProcessor>[1];

export class ProviderFollower {
  readonly #processor: Processor;
  readonly #origin: SpanOrigin;
  readonly #activity: ProgramActivity | undefined;
  #seen: TracerProvider | undefined;

  constructor(
    processor: SyntonSpanProcessor,
    end: ProgramEnd | undefined,
    origin: SpanOrigin,
    activity: ProgramActivity | undefined,
  ) {
    this.#origin = origin;
    this.#activity = activity;
    this.#processor = {
      onStart: (span) => {
        processor.onStart(span);
        activity?.spanStarted(span);
      },
      onEnd: (span) => {
        processor.onEnd(span);
        activity?.spanEnded(span);
        end?.add(span);
      },
      forceFlush: () => processor.forceFlush(),
      // Calls go on after a provider is shut down.
      shutdown: () => processor.forceFlush(),
    };
  }

  /** Before the program runs. */
  start(): void {
    if (currentProvider() === undefined) {
      setUpProvider(this.#processor);
      this.#seen = currentProvider();
      this.#adopt(this.#seen);
    } else this.follow();
  }

  /** Cheap where nothing has changed. */
  follow(): void {
    const provider = currentProvider();
    if (provider === this.#seen) return;
    this.#seen = provider;
    if (provider === undefined) return;
    addProcessor(provider, this.#processor);
    this.#adopt(provider);
  }

  #adopt(provider: TracerProvider | undefined): void {
    const sdk = provider as {
      _resource?: SpanOrigin['resource'];
      resource?: SpanOrigin['resource'];
    };
    const resource = sdk?._resource ?? sdk?.resource;
    if (resource?.attributes === undefined) return;
    this.#origin.resource = resource;
    this.#activity?.resourceChanged();
  }
}
