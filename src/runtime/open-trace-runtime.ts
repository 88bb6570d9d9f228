/**
 * Puts the pipeline together: sampler, ring, store, query thread, forwarding thread. A composition root, shared by
 * the service and the in-process processor; what is heavy is imported when it is needed.
 *
 * Starts against the flow (store, then forwarding), stops with it.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Forwarder, ForwarderStatus } from '../exporters/otlp/forwarder.ts';
import type { StorageReport } from '../model/statistics.ts';
import { SpanScanner } from '../otlp/scan-traces.ts';
import type { Host } from '../pipeline/component.ts';
import type { LogEventConsumer } from '../pipeline/log-event-consumer.ts';
import { SpanArrivals } from '../pipeline/span-arrivals.ts';
import type { SpanConsumer } from '../pipeline/span-consumer.ts';
import { arrivalAt, SpanIngest } from '../pipeline/span-ingest.ts';
import { HeadSampler } from '../processors/head-sampling/head-sampler.ts';
import { OpenSpans } from '../processors/open-spans/open-spans.ts';
import { OpenSpansFile } from '../processors/open-spans/open-spans-file.ts';
import { PromotedTraces } from '../processors/ring-buffer/promoted-traces.ts';
import { SpanRing } from '../processors/ring-buffer/span-ring.ts';
import { CommitSignal } from '../store/commit-signal.ts';
import type { Arrivals } from '../store/contracts/arrivals.ts';
import type { TraceWriter } from '../store/contracts/trace-writer.ts';
import { LmdbStore } from '../store/lmdb/lmdb-store.ts';
import type { ViewRenderer } from '../views/view-renderer.ts';
import { CountingWriter } from './counting-writer.ts';
import { destinationOf, forwardName } from './destination-of.ts';
import { followedArrivals } from './followed-arrivals.ts';
import { ForwardClient } from './forward-client.ts';
import type { ForwardData } from './forward-thread.ts';
import { forget, readLateSpans, restoreOfOwner } from './left-behind.ts';
import { QueryClient } from './query-client.ts';
import { OpenStoredData } from './stored-data.ts';
import type {
  DeliverySettings,
  StoredData,
  TraceRuntime,
  TraceRuntimeSettings,
} from './trace-runtime-contract.ts';

export function createTraceRuntime(settings: TraceRuntimeSettings): TraceRuntime {
  return new OpenTraceRuntime(settings);
}

/** Everything that exists between start and shutdown. */
interface Parts {
  readonly ingest: SpanIngest;
  readonly ring: SpanRing;
  readonly open: OpenSpans;
  readonly openFile: OpenSpansFile | undefined;
  readonly query: QueryClient;
  readonly store: LmdbStore | undefined;
  readonly stored: StoredData | undefined;
  readonly forwardThread: ForwardClient | undefined;
  /** On this thread: of the queue in memory, or to an object of the program. */
  readonly forwarder: Pick<Forwarder, 'flush' | 'status' | 'shutdown'> | undefined;
}

class OpenTraceRuntime implements TraceRuntime {
  readonly #settings: TraceRuntimeSettings;
  readonly failed: Promise<Error>;
  readonly #fail: (error: Error) => void;
  readonly #arrivals = new SpanArrivals();
  #parts: Parts | undefined;
  #closing: Promise<void> | undefined;

  constructor(settings: TraceRuntimeSettings) {
    this.#settings = settings;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#fail = resolve;
  }

  get consumer(): SpanConsumer {
    return this.#open().ingest;
  }

  get views(): ViewRenderer {
    return this.#open().query;
  }

  async start(host: Host): Promise<void> {
    const { persistence } = this.#settings;
    const ring = new SpanRing({
      spansMax: this.#settings.maxSpansInMemory,
      bytesMax: this.#settings.maxBytesInMemory,
      counters: host.counters,
    });
    this.#parts =
      persistence === undefined
        ? await this.#startInMemory(host, ring)
        : await this.#startPersisted(host, ring, persistence);
  }

  async #startPersisted(
    host: Host,
    ring: SpanRing,
    { path, format }: NonNullable<TraceRuntimeSettings['persistence']>,
  ): Promise<Parts> {
    const { forward, deliver, retention } = this.#settings;
    const store = new LmdbStore({ path, encoding: format, ...retention, counterThread: 1 });
    await store.start(host);
    void store.failed.then(this.#fail);
    const shared = {
      dataPath: path,
      commitSignal: store.commitSignal.memory,
      counters: host.counters.memory,
    };
    const forwardThread =
      forward === undefined || deliver !== undefined
        ? undefined
        : await startForwardThread({ ...shared, forward }, host);
    const forwarder =
      deliver === undefined ? undefined : await startLogDelivery(path, store, deliver, host);
    const { open, openFile } = await restoredOpenSpans(host, path, this.#arrivals);
    const query = new QueryClient({
      ...shared,
      retention,
      memory: this.#memory(ring, open),
      statistics: undefined,
      writeStatistics: () => store.writeStatistics(),
      log: host.log,
    });
    const promoted = new PromotedTraces();
    void store.recovered.then((words) => promoted.refill(words));
    const ingest = this.#ingest(host, { ring, open, writer: store, promoted });
    await takeLateSpans(host, path, ingest);
    const stored = new OpenStoredData(store, () => query.inventory(), host);
    return { ingest, ring, open, openFile, query, store, stored, forwardThread, forwarder };
  }

  async #startInMemory(host: Host, ring: SpanRing): Promise<Parts> {
    const delivery = await deliveryOf(this.#settings);
    const { forwarder, queue } =
      delivery === undefined ? NOT_FORWARDED : await startQueueForwarding(delivery, host);
    const writer = new CountingWriter(queue, host);
    const onChange = () => this.#arrivals.changed();
    const open = new OpenSpans({ clock: host.clock, counters: host.counters, onChange });
    const query = new QueryClient({
      commitSignal: new CommitSignal().memory,
      counters: host.counters.memory,
      memory: this.#memory(ring, open),
      statistics: writer.statistics,
      writeStatistics: () => Promise.resolve(),
      log: host.log,
    });
    const promoted = new PromotedTraces();
    const ingest = this.#ingest(host, { ring, open, writer, promoted });
    return {
      ingest,
      ring,
      open,
      openFile: undefined,
      query,
      store: undefined,
      stored: undefined,
      forwardThread: undefined,
      forwarder,
    };
  }

  #memory(ring: SpanRing, open: OpenSpans) {
    const { running } = this.#settings;
    return running === undefined ? [ring, open] : [ring, open, running];
  }

  #ingest(
    host: Host,
    parts: { ring: SpanRing; open: OpenSpans; writer: TraceWriter; promoted: PromotedTraces },
  ): SpanIngest {
    const { ring, open, writer, promoted } = parts;
    const { sampleRate, obeysSampledFlag = false } = this.#settings;
    return new SpanIngest({
      sampler: new HeadSampler({ rate: sampleRate, obeysSampledFlag }),
      recorder: ring,
      promoted,
      open,
      arrivals: this.#arrivals,
      writer,
      counters: host.counters,
      arrivalFirst: arrivalAt(host.clock.unixNano()),
    });
  }

  async forwarding(): Promise<ForwarderStatus | undefined> {
    const parts = this.#parts;
    return parts?.forwarder?.status() ?? parts?.forwardThread?.status();
  }

  storage(): Promise<StorageReport> {
    return this.#open().query.storage();
  }

  get stored(): StoredData | undefined {
    return this.#open().stored;
  }

  occupancy(): ReturnType<TraceRuntime['occupancy']> {
    return this.#open().ring.occupancy;
  }

  get logEvents(): LogEventConsumer {
    return this.#open().open;
  }

  get arrivals(): Arrivals {
    return followedArrivals(this.#arrivals, this.#open().store?.commitSignal);
  }

  openSpans(): ReturnType<TraceRuntime['openSpans']> {
    return this.#open().open.occupancy;
  }

  async drainForwarding(deadline: AbortSignal): Promise<void> {
    const { forwarder, forwardThread } = this.#open();
    await (forwarder ?? forwardThread)?.flush(deadline);
  }

  shutdown(deadline: AbortSignal): Promise<void> {
    this.#closing ??= this.#close(deadline);
    return this.#closing;
  }

  async #close(deadline: AbortSignal): Promise<void> {
    const parts = this.#parts;
    if (parts === undefined) return;
    await parts.openFile?.close();
    await parts.store?.writeStatistics();
    await parts.query.close();
    await parts.forwarder?.shutdown(deadline);
    await parts.forwardThread?.shutdown(deadline);
    await parts.store?.shutdown(deadline);
  }

  #open(): Parts {
    if (this.#parts === undefined) throw new Error('the trace runtime is not started');
    return this.#parts;
  }
}

/** What an earlier life knew of them, and what will be written for the next. */
async function restoredOpenSpans(host: Host, folder: string, arrivals: SpanArrivals) {
  const { clock, counters } = host;
  const onChange = () => {
    openFile.changed();
    arrivals.changed();
  };
  const open = new OpenSpans({ clock, counters, onChange });
  const openFile = new OpenSpansFile(join(folder, OPEN_SPANS_FILE), host, () => open.contents);
  const found = openFile.read();
  if (found !== undefined) open.restore(found.starts, found.exited);
  if (restoreOfOwner(folder, open, host)) await openFile.close();
  forget(folder, 'open');
  return { open, openFile };
}

/** As if its sender had sent them now; kept for another start where they cannot be stored. */
async function takeLateSpans(host: Host, folder: string, ingest: SpanIngest): Promise<void> {
  const request = readLateSpans(folder, host);
  const scanner = new SpanScanner();
  if (request !== undefined) {
    const scanned = scanner.scan(request);
    const isRead = scanned.status === 'ok';
    const result = isRead
      ? await ingest.consume(scanner, AbortSignal.timeout(LATE_MS))
      : { status: scanned.status };
    if (result.status === 'busy') return;
    if (result.status !== 'accepted')
      host.log.warn({ path: folder, ...result }, 'late spans are not all taken');
  }
  forget(folder, 'late');
}

const LATE_MS = 5_000;
const OPEN_SPANS_FILE = 'open-spans';
const NOT_FORWARDED = { forwarder: undefined, queue: undefined };

/**
 * A destination that is new begins with what is stored from now on: nothing may be stored before its forwarder
 * has found that place. One that has a cursor needs no waiting for.
 */
async function startForwardThread(data: ForwardData, host: Host): Promise<ForwardClient> {
  const client = new ForwardClient(data);
  const isNew = !existsSync(join(data.dataPath, 'forward', forwardName(data.forward)));
  await client.start(host);
  if (isNew) await client.begun();
  return client;
}

/** What takes the spans on this thread, where anything does. */
async function deliveryOf({
  deliver,
  forward,
}: TraceRuntimeSettings): Promise<DeliverySettings | undefined> {
  if (deliver !== undefined || forward === undefined) return deliver;
  const { endpoint, start } = forward;
  return { destination: await destinationOf(forward), name: endpoint, start };
}

async function startLogDelivery(
  path: string,
  store: LmdbStore,
  deliver: DeliverySettings,
  host: Host,
): Promise<Parts['forwarder']> {
  const { startLogForwarding } = await import('./log-forwarding.ts');
  const { forwarder, shutdown } = await startLogForwarding(path, store.commitSignal, deliver, host);
  return {
    flush: (deadline) => forwarder.flush(deadline),
    status: () => forwarder.status(),
    shutdown,
  };
}

/** Without a log on disk the queue lies here, and with it the forwarder. */
async function startQueueForwarding({ destination, name }: DeliverySettings, host: Host) {
  const [{ Forwarder }, { MemoryQueue }, { MemoryDeadLetters }] = await Promise.all([
    import('../exporters/otlp/forwarder.ts'),
    import('../exporters/otlp/memory-queue.ts'),
    import('../exporters/otlp/memory-dead-letters.ts'),
  ]);
  const queue = new MemoryQueue();
  const forwarder = new Forwarder(
    {
      log: queue,
      destination,
      cursors: queue,
      deadLetters: new MemoryDeadLetters(),
    },
    { name, persistent: false },
  );
  await forwarder.start(host);
  return { forwarder, queue };
}
