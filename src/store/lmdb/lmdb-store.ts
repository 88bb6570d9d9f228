/**
 * The embedded store as the ingest thread sees it: batches in, acknowledgements out once they are durable.
 *
 * Group commit: batches gather in a slab; it goes to the writer thread when none is on its way and either 1 MiB
 * is pending or the oldest batch has waited 10 ms. At most `pendingBytesMax` wait in memory: beyond that a
 * write waits for room for a second, then answers busy. Reading is not here (lmdb-source.ts, lmdb-log.ts).
 */
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import type { CompactionReport } from '../../model/storage-inventory.ts';
import type { SpanBatch } from '../../otlp/span-batch.ts';
import type { Component, Host } from '../../pipeline/component.ts';
import { ownThread } from '../../pipeline/own-thread.ts';
import { CommitSignal } from '../commit-signal.ts';
import type { TraceWriter, WriteResult } from '../contracts/trace-writer.ts';
import { Slab, type SlabParts } from './slab.ts';
import { StoreUnavailable } from './store-unavailable.ts';
import type { FromWriter, ToWriter, WriterData } from './writer-messages.ts';

export interface LmdbStoreSettings
  extends Pick<
    WriterData['settings'],
    | 'path'
    | 'encoding'
    | 'maxAgeMs'
    | 'maxBytes'
    | 'partitionAgeMs'
    | 'partitionBytes'
    | 'reserveBytes'
    | 'rewriteDelayMs'
  > {
  /** @default 32 MiB */
  readonly pendingBytesMax?: number;
  /** Which row of the counters the writer thread may use. */
  readonly counterThread: number;
}

const FLUSH_BYTES = 1024 * 1024;
const FLUSH_AFTER_MS = 10;
const ROOM_WAIT_MS = 1_000;
const SPARE_SLABS = 3;
/** Its garbage lies outside the heap: a young generation that grew would only be kept. */
const YOUNG_MIB_MAX = 3;

const CANNOT_KEEP_UP: WriteResult = {
  status: 'busy',
  retryAfterMs: 1_000,
  reason: 'the store cannot keep up',
};

export type Compacted = CompactionReport | { readonly failure: string };

interface RemovedFolders {
  readonly folders: number;
  readonly bytes: number;
}

const GONE = { failure: 'the store is shutting down' };

interface Waiting {
  readonly resolve: (result: WriteResult) => void;
  readonly reject: (error: Error) => void;
}

interface Gathering {
  readonly slab: Slab;
  readonly waiting: Waiting[];
}

export class LmdbStore implements Component, TraceWriter {
  readonly commitSignal: CommitSignal = new CommitSignal();
  /** Resolves only when the writer thread is gone before it was told to go. */
  readonly failed: Promise<Error>;
  readonly #reportFailure: (error: Error) => void;
  readonly #settings: LmdbStoreSettings;
  readonly #pendingBytesMax: number;
  #host: Host | undefined;
  #worker: Worker | undefined;
  #failure: Error | undefined;
  /** Oldest first; the last one is still filling. */
  readonly #queue: Gathering[] = [];
  #inFlight: readonly Waiting[] | undefined;
  #pendingBytes = 0;
  #inFlightBytes = 0;
  #waitingBytes = 0;
  readonly #spare: SlabParts[] = [];
  #cancelTimer: (() => void) | undefined;
  readonly #roomWaiters: (() => void)[] = [];
  readonly #statisticsAsked: (() => void)[] = [];
  readonly #compactionsAsked: ((outcome: Compacted) => void)[] = [];
  readonly #removalsAsked: ((removed: RemovedFolders) => void)[] = [];
  #idle: (() => void) | undefined;
  #stopped = false;
  #closed: Promise<void> | undefined;
  #recovered: Promise<Uint32Array> = Promise.resolve(new Uint32Array(0));

  constructor(settings: LmdbStoreSettings) {
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.failed = promise;
    this.#reportFailure = resolve;
    this.#settings = settings;
    this.#pendingBytesMax = settings.pendingBytesMax ?? 32 * 1024 * 1024;
  }

  /**
   * Resolves once everything an earlier life left has been checked, with the traces that it promoted lately:
   * four words each.
   */
  get recovered(): Promise<Uint32Array> {
    return this.#recovered;
  }

  /** @throws StoreUnavailable naming the path and the remedy */
  async start(host: Host): Promise<void> {
    this.#host = host;
    prepareDirectory(this.#settings.path);
    const { pendingBytesMax: _, counterThread, ...settings } = this.#settings;
    const workerData: WriterData = {
      settings,
      counters: host.counters.memory,
      counterThread,
      commitSignal: this.commitSignal.memory,
    };
    const worker = ownThread('./writer-thread', import.meta.url, {
      workerData,
      name: 'synton-writer',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB_MAX },
    });
    const ready = Promise.withResolvers<void>();
    const recovered = Promise.withResolvers<Uint32Array>();
    this.#recovered = recovered.promise;
    worker.on('message', (message: FromWriter) => {
      if (message.type === 'ready') ready.resolve();
      else if (message.type === 'failedToOpen')
        ready.reject(new StoreUnavailable(this.#settings.path, message.message));
      else if (message.type === 'recovered') recovered.resolve(message.promoted);
      else if (message.type === 'statisticsWritten') this.#statisticsWritten();
      else if (message.type === 'compacted') this.#compacted(message.outcome);
      else if (message.type === 'setAsideRemoved') this.#removed(message);
      else if (message.type === 'log') host.log[message.level](message.fields, message.message);
      else if (message.type !== 'closed') this.#answered(message);
    });
    const ended = (error: Error) => {
      ready.reject(error);
      recovered.resolve(new Uint32Array(0));
      this.#fail(error);
    };
    worker.on('error', ended);
    this.#closed = new Promise((resolve) => worker.on('exit', () => resolve()));
    worker.on('exit', () => ended(new StoreUnavailable(this.#settings.path, 'its writer ended')));
    this.#worker = worker;
    try {
      await ready.promise;
    } catch (error) {
      await worker.terminate();
      throw error;
    }
    // An idle store keeps no process alive; whoever waits for it does.
    worker.unref();
  }

  async write(batch: SpanBatch): Promise<WriteResult> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#stopped || this.#worker === undefined)
      return { status: 'busy', retryAfterMs: 1_000, reason: 'the store is shutting down' };
    if (batch.count === 0) return { status: 'durable' };
    if (this.#pendingBytes + this.#inFlightBytes <= this.#pendingBytesMax)
      return this.#enqueue(batch);
    return this.#enqueueWhenThereIsRoom(batch);
  }

  async #enqueueWhenThereIsRoom(batch: SpanBatch): Promise<WriteResult> {
    const bytes = batch.bytes.length;
    if (this.#waitingBytes + bytes > this.#pendingBytesMax) return CANNOT_KEEP_UP;
    this.#waitingBytes += bytes;
    // The batch is ours until the first await only: what has to wait is copied.
    const copy = Slab.copyOf(batch);
    const hasRoom = await this.#roomWithin(ROOM_WAIT_MS);
    this.#waitingBytes -= bytes;
    if (this.#failure !== undefined) throw this.#failure;
    return hasRoom ? this.#enqueue(copy) : CANNOT_KEEP_UP;
  }

  #enqueue(batch: SpanBatch): Promise<WriteResult> {
    let last = this.#queue.at(-1);
    if (last === undefined || !last.slab.hasRoomFor(batch)) {
      last = { slab: new Slab(this.#spare.pop()), waiting: [] };
      this.#queue.push(last);
      this.#worker!.ref();
    }
    last.slab.append(batch);
    this.#pendingBytes += batch.bytes.length;
    const { promise, resolve, reject } = Promise.withResolvers<WriteResult>();
    last.waiting.push({ resolve, reject });
    this.#flushIfDue();
    return promise;
  }

  /** Resolves once statistics on disk include everything that was acknowledged before the call. */
  writeStatistics(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined || this.#stopped || this.#failure !== undefined)
      return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#statisticsAsked.push(resolve);
    worker.ref();
    worker.postMessage({ type: 'writeStatistics' } satisfies ToWriter);
    return promise;
  }

  /**
   * Resolves once everything that was acknowledged before the call lies in columns, as far as it can be read, with what was
   * done; or with why it could not be.
   */
  compact(): Promise<Compacted> {
    return this.#ask<Compacted>('compact', this.#compactionsAsked, GONE);
  }

  /** Removes the folders of damaged partitions that were set aside. */
  removeSetAside(): Promise<RemovedFolders> {
    return this.#ask('removeSetAside', this.#removalsAsked, { folders: 0, bytes: 0 });
  }

  #ask<Answer>(
    type: 'compact' | 'removeSetAside',
    asked: ((answer: Answer) => void)[],
    gone: Answer,
  ): Promise<Answer> {
    const worker = this.#worker;
    if (worker === undefined || this.#stopped || this.#failure !== undefined)
      return Promise.resolve(gone);
    const { promise, resolve } = Promise.withResolvers<Answer>();
    asked.push(resolve);
    worker.ref();
    worker.postMessage({ type } satisfies ToWriter);
    return promise;
  }

  /** Drains what was accepted, closes the partition, ends the thread. */
  async shutdown(deadline: AbortSignal): Promise<void> {
    this.#stopped = true;
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    const gaveUp = new Promise<void>((resolve) => {
      if (deadline.aborted) resolve();
      else deadline.addEventListener('abort', () => resolve(), { once: true });
    });
    if (this.#inFlight !== undefined || this.#queue.length > 0) {
      const idle = new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
      this.#flush();
      await Promise.race([idle, gaveUp]);
    }
    worker.postMessage({ type: 'close' } satisfies ToWriter);
    await Promise.race([this.#closed, gaveUp]);
    await worker.terminate();
    this.#worker = undefined;
    this.#answerAll();
  }

  /** Whoever waits for the writer waits no longer. */
  #answerAll(): void {
    for (const answer of this.#statisticsAsked.splice(0)) answer();
    for (const answer of this.#compactionsAsked.splice(0)) answer(GONE);
    for (const answer of this.#removalsAsked.splice(0)) answer({ folders: 0, bytes: 0 });
  }

  #flushIfDue(): void {
    if (this.#inFlight !== undefined) return;
    if (this.#pendingBytes >= FLUSH_BYTES || this.#stopped) this.#flush();
    else this.#cancelTimer ??= this.#host!.clock.schedule(FLUSH_AFTER_MS, () => this.#flush());
  }

  #flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#inFlight !== undefined) return;
    const next = this.#queue.shift();
    if (next === undefined) {
      this.#unrefWhenIdle();
      this.#idle?.();
      return;
    }
    this.#inFlight = next.waiting;
    this.#inFlightBytes = next.slab.bytesUsed;
    this.#pendingBytes -= next.slab.bytesUsed;
    const { parts, transfer } = next.slab.parcel();
    this.#worker!.ref();
    this.#worker!.postMessage({ type: 'commit', parts } satisfies ToWriter, transfer);
  }

  #answered(message: Extract<FromWriter, { type: 'committed' | 'refused' | 'failed' }>): void {
    const waiting = this.#inFlight ?? [];
    this.#inFlight = undefined;
    this.#inFlightBytes = 0;
    if (this.#spare.length < SPARE_SLABS) this.#spare.push(message.parts);
    if (message.type === 'committed') {
      for (const { resolve } of waiting) resolve({ status: 'durable' });
    } else {
      const reason = message.type === 'refused' ? message.reason : message.message;
      const retryAfterMs = message.type === 'refused' ? message.retryAfterMs : 1_000;
      if (message.type === 'failed')
        this.#host!.log.error({ reason }, 'a commit failed; its requests were not acknowledged');
      for (const { resolve } of waiting) resolve({ status: 'busy', retryAfterMs, reason });
    }
    if (this.#pendingBytes <= this.#pendingBytesMax / 2)
      for (const wake of this.#roomWaiters.splice(0)) wake();
    if (this.#queue.length === 0) this.#flush();
    else this.#flushIfDue();
  }

  #statisticsWritten(): void {
    this.#statisticsAsked.shift()?.();
    this.#unrefWhenIdle();
  }

  #compacted(outcome: Compacted): void {
    // Stopping cuts it short, whatever it then says it has done.
    this.#compactionsAsked.shift()?.(this.#stopped ? GONE : outcome);
    this.#unrefWhenIdle();
  }

  #removed({ folders, bytes }: RemovedFolders): void {
    this.#removalsAsked.shift()?.({ folders, bytes });
    this.#unrefWhenIdle();
  }

  #unrefWhenIdle(): void {
    // Whoever waits for the end keeps the process.
    if (this.#stopped) return;
    const asked =
      this.#statisticsAsked.length + this.#compactionsAsked.length + this.#removalsAsked.length;
    if (this.#inFlight === undefined && this.#queue.length === 0 && asked === 0)
      this.#worker?.unref();
  }

  #roomWithin(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#host!.clock.schedule(timeoutMs, () => resolve(false));
      this.#roomWaiters.push(() => {
        cancel();
        resolve(true);
      });
    });
  }

  /** The writer is gone: nothing that was pending may be acknowledged. */
  #fail(error: Error): void {
    if (this.#stopped && this.#queue.length === 0 && this.#inFlight === undefined) return;
    this.#failure = error;
    if (!this.#stopped) this.#reportFailure(error);
    for (const { reject } of this.#inFlight ?? []) reject(error);
    for (const { waiting } of this.#queue.splice(0))
      for (const { reject } of waiting) reject(error);
    this.#inFlight = undefined;
    this.#pendingBytes = 0;
    for (const wake of this.#roomWaiters.splice(0)) wake();
    this.#answerAll();
    this.#idle?.();
  }
}

/** Ours alone: 0700, and no symbolic link that someone else could turn. */
function prepareDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const found = lstatSync(path);
    if (!found.isDirectory())
      throw new Error(
        found.isSymbolicLink()
          ? 'it is a symbolic link: name the directory itself'
          : 'it is no directory',
      );
    if ((found.mode & 0o077) !== 0) chmodSync(path, 0o700);
  } catch (error) {
    throw new StoreUnavailable(path, error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}
