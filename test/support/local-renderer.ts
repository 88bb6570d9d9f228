/** Every view rendered in this thread over one reader, as a composition root without threads would do it. */
import { type Clock, systemClock } from '../../src/model/clock.ts';
import { SpanArrivals } from '../../src/pipeline/span-arrivals.ts';
import { SpanRing } from '../../src/processors/ring-buffer/span-ring.ts';
import type { TraceReader } from '../../src/store/contracts/trace-reader.ts';
import { MemoryStore } from '../../src/store/memory/memory-store.ts';
import { createTraceReader } from '../../src/store/reading/create-trace-reader.ts';
import { Counters } from '../../src/telemetry/counters.ts';
import { type AllViews, allViews } from '../../src/views/all-views.ts';
import { writeJson } from '../../src/views/json.ts';
import type { View } from '../../src/views/view.ts';
import type { ViewRenderer } from '../../src/views/view-renderer.ts';
import { scannedBatch } from './scanned-batch.ts';

export interface LocalRendererSettings {
  /** Spans of a ring beside the store: with it, what arrives can be followed. @default none */
  readonly ringSpansMax?: number;
  readonly counters?: Counters;
  readonly clock?: Clock;
}

/** Holds what `receive` was given in a MemoryStore. */
export class LocalRenderer implements ViewRenderer {
  readonly counters: Counters;
  readonly store: MemoryStore;
  readonly reader: TraceReader;
  readonly arrivals = new SpanArrivals();
  readonly #ring: SpanRing | undefined;
  readonly views: AllViews;
  #arrival = 1;

  constructor(settings: LocalRendererSettings = {}) {
    const { counters = new Counters(), clock = systemClock, ringSpansMax: spansMax } = settings;
    const bytesMax = 16 * 1024 * 1024;
    this.#ring =
      spansMax === undefined ? undefined : new SpanRing({ spansMax, bytesMax, counters });
    this.counters = counters;
    this.store = new MemoryStore({ counters, clock });
    this.reader = createTraceReader({
      sources: this.#ring === undefined ? [this.store] : [this.#ring, this.store],
      statistics: this.store.statistics,
      storage: () => this.store.storage(),
    });
    this.views = allViews({ clock, dropped: () => counters.allDropped() });
  }

  /** Every span of the request is kept, and counted as received. */
  async receive(request: Uint8Array): Promise<void> {
    const batch = scannedBatch(request, { arrivalFirst: this.#arrival });
    this.#arrival += batch.count;
    this.counters.add('requests');
    this.counters.add('spans_received', batch.count);
    this.#ring?.insert(batch);
    this.arrivals.received(batch);
    await this.store.write(batch);
  }

  async render<Result>(name: string, params: unknown, signal?: AbortSignal): Promise<Result> {
    const view = this.views[name as keyof AllViews] as View<unknown, Result>;
    const never = new AbortController().signal;
    return view.render(this.reader, view.parseParams(params), signal ?? never);
  }

  async renderJson(name: string, params: unknown, signal?: AbortSignal): Promise<string> {
    return writeJson(await this.render(name, params, signal));
  }
}
