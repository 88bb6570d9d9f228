/**
 * Sends what a span log holds to one destination, in order of storage, at least once.
 *
 * It owns the reading, the order and the cursor; what becomes of one chunk is chunk-delivery.ts. It knows
 * no protocol and no disk. A few requests are in flight at once; the saved cursor covers only the unbroken
 * run of those that are dealt with, so a restart repeats at most what was in flight and a moment more.
 *
 * Over a persistent log a destination that is down is tried for as long as it takes: the log is the queue.
 * Over a queue in memory a request is given up after five minutes, and shutdown sends what it still can.
 */
import type { Component, Host } from '../../pipeline/component.ts';
import type { LogChunk, LogCursor, SpanLog } from '../../store/contracts/span-log.ts';
import { ChunkDelivery, type DeliveryHealth } from './chunk-delivery.ts';
import type { CursorStore, DeadLetterStore } from './cursor-store.ts';
import type { Destination } from './destination.ts';
import { BACKOFF, type BackoffFigures, pause, RetryBackoff } from './retry-backoff.ts';

export interface ForwarderSettings {
  /** Of the destination, in logs and status. */
  readonly name: string;
  /** The log outlives the process. */
  readonly persistent: boolean;
  /** Where a destination that has no cursor yet begins. @default 'end' */
  readonly startAt?: 'end' | 'oldest';
  /** Of one request. @default 3.5 MiB: gRPC peers take 4 unless told otherwise */
  readonly requestBytesMax?: number;
  /** Requests at once. @default 4 */
  readonly inFlightMax?: number;
  /** How long new spans are gathered when nothing was waiting. @default 50 */
  readonly lingerMs?: number;
  /** A persistent cursor is saved at most this often. @default 200 */
  readonly saveIntervalMs?: number;
  /** Without a persistent log: how long a request is tried. @default 300 s */
  readonly giveUpAfterMs?: number;
  readonly backoff?: BackoffFigures;
  /** Numbers in [0, 1), for jitter. @default Math.random */
  readonly random?: () => number;
}

export interface ForwarderParts {
  readonly log: SpanLog;
  readonly destination: Destination;
  readonly cursors: CursorStore;
  readonly deadLetters: DeadLetterStore;
}

/** For /health and the log. */
export interface ForwarderStatus extends DeliveryHealth {
  readonly name: string;
  /** Nothing is waiting and nothing in flight. */
  readonly caughtUp: boolean;
  /** Everything before it is dealt with. */
  readonly cursor: LogCursor;
  readonly requestsInFlight: number;
  readonly spansInFlight: number;
  /** Until the next try; 0 where nothing has failed. */
  readonly retryInMs: number;
}

interface Flight {
  readonly chunk: LogChunk;
  state: 'flying' | 'landed' | 'abandoned';
}

/** What start makes. */
interface Running {
  readonly host: Host;
  readonly backoff: RetryBackoff;
  readonly delivery: ChunkDelivery;
  readonly loop: Promise<void>;
}

const READ_RETRY_MS = 1000;
const LOG_START: LogCursor = { partition: 0, block: 0, ordinal: 0 };

export class Forwarder implements Component {
  readonly #settings: Required<ForwarderSettings>;
  readonly #parts: ForwarderParts;
  /** No more reading, and no more waiting for another try. */
  readonly #stop = new AbortController();
  /** No more sending. */
  readonly #cut = new AbortController();
  readonly #flights: Flight[] = [];
  #running: Running | undefined;
  #closing: Promise<void> | undefined;
  #cursor = LOG_START;
  #readAt = LOG_START;
  #caughtUp = false;
  /** Ends when the log does. */
  #draining = false;
  /** Ends a wait for more spans. */
  #hurry = new AbortController();
  /** Reads are numbered as they begin; the last that found nothing, and the last before a flush. */
  #reads = 0;
  #emptyRead = 0;
  #flushedFrom = -1;
  #saved: LogCursor | undefined;
  #cancelSave: (() => void) | undefined;
  #saving: Promise<void> = Promise.resolve();
  #waiters: (() => void)[] = [];

  constructor(parts: ForwarderParts, settings: ForwarderSettings) {
    this.#parts = parts;
    this.#settings = {
      startAt: 'end',
      requestBytesMax: 3.5 * 1024 * 1024,
      inFlightMax: 4,
      lingerMs: 50,
      saveIntervalMs: 200,
      giveUpAfterMs: 300_000,
      backoff: BACKOFF,
      random: Math.random,
      ...settings,
    };
  }

  async start(host: Host): Promise<void> {
    const { log, cursors, destination, deadLetters } = this.#parts;
    const { name, persistent, startAt, giveUpAfterMs, random } = this.#settings;
    this.#saved = await cursors.load();
    this.#cursor = this.#saved ?? (startAt === 'oldest' ? await log.oldest() : await log.end());
    this.#readAt = this.#cursor;
    // A destination that is new must not begin further on after a crash.
    await this.#save(host);
    const backoff = new RetryBackoff(host.clock, this.#settings.backoff, random);
    const delivery = new ChunkDelivery(
      { name, giveUpAfterMs: persistent ? undefined : giveUpAfterMs },
      { host, destination, deadLetters, backoff, stop: this.#stop.signal, cut: this.#cut.signal },
    );
    this.#running = { host, backoff, delivery, loop: this.#run(host, delivery) };
  }

  /** Resolves when everything stored before the call is dealt with, or the signal aborts. */
  async flush(signal: AbortSignal): Promise<void> {
    if (this.#running === undefined) return;
    const from = this.#reads;
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake);
    this.#flushedFrom = from;
    this.#hurry.abort();
    const end = await this.#parts.log.end();
    const isDone = (): boolean =>
      !isBefore(this.#cursor, end) || (this.#emptyRead > from && this.#flights.length === 0);
    while (!isDone() && !signal.aborted && !this.#stop.signal.aborted) await this.#change();
    signal.removeEventListener('abort', wake);
  }

  /** Undefined before start. */
  status(): ForwarderStatus | undefined {
    if (this.#running === undefined) return undefined;
    const { delivery, backoff } = this.#running;
    return {
      ...delivery.health,
      name: this.#settings.name,
      caughtUp: this.#caughtUp && this.#flights.length === 0,
      cursor: this.#cursor,
      requestsInFlight: this.#flights.length,
      spansInFlight: this.#flights.reduce((sum, { chunk }) => sum + chunk.spanCount, 0),
      retryInMs: backoff.waitMs,
    };
  }

  shutdown(deadline: AbortSignal): Promise<void> {
    this.#closing ??= this.#close(deadline);
    return this.#closing;
  }

  async #close(deadline: AbortSignal): Promise<void> {
    const { destination } = this.#parts;
    if (this.#running === undefined) return destination.close();
    const cut = (): void => {
      this.#stop.abort();
      this.#cut.abort();
      this.#hurry.abort();
      this.#wake();
    };
    if (deadline.aborted) cut();
    deadline.addEventListener('abort', cut);
    // What a persistent log holds is sent after the next start; what memory holds, now or never.
    this.#draining = true;
    if (this.#settings.persistent) this.#stop.abort();
    this.#hurry.abort();
    this.#wake();
    await this.#running.loop;
    deadline.removeEventListener('abort', cut);
    this.#cancelSave?.();
    await this.#saving;
    await this.#save(this.#running.host);
    await destination.close();
  }

  async #run(host: Host, delivery: ChunkDelivery): Promise<void> {
    const stop = this.#stop.signal;
    while (!stop.aborted) {
      if (this.#flights.length >= this.#settings.inFlightMax) {
        await this.#change();
        continue;
      }
      const chunk = await this.#read(host);
      if (chunk !== undefined) this.#launch(chunk, host, delivery);
      else if (this.#draining) break;
      else await this.#awaitMore(host);
    }
    while (this.#flights.some(({ state }) => state === 'flying')) await this.#change();
  }

  async #read(host: Host): Promise<LogChunk | undefined> {
    const { log } = this.#parts;
    const { requestBytesMax, name } = this.#settings;
    while (!this.#stop.signal.aborted) {
      const read = ++this.#reads;
      try {
        const chunk = await log.read(this.#readAt, requestBytesMax);
        if (chunk === undefined) this.#emptyRead = read;
        return chunk;
      } catch (error) {
        host.log.error({ err: error, destination: name }, 'cannot read what to forward');
        await pause(host.clock, READ_RETRY_MS, this.#stop.signal);
      }
    }
    return undefined;
  }

  /** Waits until the log has more, and a moment longer, so that a trickle does not go out span by span. */
  async #awaitMore(host: Host): Promise<void> {
    this.#hurry = new AbortController();
    this.#caughtUp = true;
    this.#wake();
    const { signal } = this.#hurry;
    // A flush wants a read that began after it.
    if (this.#draining || this.#emptyRead <= this.#flushedFrom) return;
    await this.#parts.log.waitFor(this.#readAt, signal);
    await pause(host.clock, this.#settings.lingerMs, signal);
  }

  #launch(chunk: LogChunk, host: Host, delivery: ChunkDelivery): void {
    const flight: Flight = { chunk, state: 'flying' };
    this.#readAt = chunk.next;
    this.#caughtUp = false;
    this.#flights.push(flight);
    if (chunk.expiredSpans > 0) host.counters.drop('expired_unforwarded', chunk.expiredSpans);
    void delivery.deliver(chunk).then((dealtWith) => {
      flight.state = dealtWith ? 'landed' : 'abandoned';
      this.#advance(host);
      this.#wake();
    });
  }

  #advance(host: Host): void {
    const { persistent, saveIntervalMs } = this.#settings;
    while (this.#flights[0]?.state === 'landed') this.#cursor = this.#flights.shift()!.chunk.next;
    // A queue in memory frees what is behind the cursor: the sooner the better.
    if (!persistent) this.#saveNow(host);
    else
      this.#cancelSave ??= host.clock.schedule(saveIntervalMs, () => {
        this.#cancelSave = undefined;
        this.#saveNow(host);
      });
  }

  #saveNow(host: Host): void {
    this.#saving = this.#saving.then(() => this.#save(host));
  }

  /** A cursor that cannot be saved costs repetition after a restart, no loss: forwarding goes on. */
  async #save(host: Host): Promise<void> {
    const cursor = this.#cursor;
    if (this.#saved !== undefined && !isBefore(this.#saved, cursor)) return;
    try {
      await this.#parts.cursors.save(cursor);
      this.#saved = cursor;
    } catch (error) {
      const { name } = this.#settings;
      host.log.error({ err: error, destination: name }, 'cannot save how far forwarding has come');
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }
}

function isBefore(a: LogCursor, b: LogCursor): boolean {
  if (a.partition !== b.partition) return a.partition < b.partition;
  if (a.block !== b.block) return a.block < b.block;
  return a.ordinal < b.ordinal;
}
