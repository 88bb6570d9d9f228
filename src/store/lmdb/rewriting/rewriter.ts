/**
 * Sees to it that closed partitions are rewritten, oldest first, each once it has been closed for a while: by then a
 * forwarder has usually read it in its cheaper form. The thread that does it is started when there is something to do and
 * ended when there is nothing more.
 *
 * A partition that cannot be rewritten stays as it is, is said once, and is tried again by the next life of the store. Where only
 * room on the disk is lacking, all of them wait until there is some.
 */
import type { Worker } from 'node:worker_threads';
import { ownThread } from '../../../pipeline/own-thread.ts';
import type { Counters } from '../../../telemetry/counters.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import type { PartitionRecord } from '../catalogue.ts';
import type { DamageLedger } from '../damage-ledger.ts';
import { partitionPath, removeForm } from '../partition-path.ts';
import type { PartitionWriter } from '../partition-writer.ts';
import type { FromRewriter, RewriteData, ToRewriter } from './rewrite-messages.ts';

/** How long the thread is kept with nothing to do. */
const IDLE_MS = 20_000;
/** While the writer takes in more than this, some 40,000 spans a second, nothing is begun: memory and CPU are its own. */
const BUSY_BYTES_A_SECOND = 20 * 1024 * 1024;
/** Unless so many partitions wait: a gigabyte. */
const BACKLOG_MAX = 16;
const RATE_OVER_MS = 500;
/** Its garbage lies outside the heap: a young generation that grew would only be kept. */
const YOUNG_MIB_MAX = 3;
/** After a rewrite met a full disk, and how often it is asked whether there is room. */
const ROOM_RETRY_MS = 10_000;

export interface RewriterHost {
  readonly dataPath: string;
  readonly writer: PartitionWriter;
  readonly counters: Counters;
  readonly log: Logger;
  readonly damages: DamageLedger;
  /** How long a partition stays as it is after it was closed. */
  readonly delayMs: number;
  /** @default 10 s */
  readonly roomRetryMs?: number;
  /** Called after each: readers may look again. */
  readonly progressed: () => void;
  /** Called after damaged blocks were moved aside. */
  readonly setAside: () => void;
}

export class Rewriter {
  readonly #host: RewriterHost;
  readonly #committed = new Uint32Array(new SharedArrayBuffer(4));
  readonly #failed = new Set<number>();
  /** When each partition that waits was first seen closed. */
  readonly #closedSince = new Map<number, number>();
  #thread: Worker | undefined;
  #current: number | undefined;
  #isStopped = false;
  #idleSince = performance.now();
  #workedMs = 0;
  #isBusy = false;
  #rateSinceMs = performance.now();
  #rateSinceBytes = 0;
  /** Nothing is begun before: there was no room. */
  #roomAskedAgainMs = Number.NEGATIVE_INFINITY;
  #lacksRoom = false;
  /** Those who wait until no partition up to a number is left to be rewritten. */
  #waiting: { readonly until: number; readonly resolve: () => void }[] = [];

  constructor(host: RewriterHost) {
    this.#host = host;
  }

  /** The writer has committed so much: the thread gives way to it. */
  committed(bytes: number): void {
    Atomics.add(this.#committed, 0, bytes);
  }

  /** Of all partitions so far, waiting not counted. */
  get workedMs(): number {
    return this.#workedMs;
  }

  /** The partition that is being rewritten. */
  get current(): number | undefined {
    return this.#current;
  }

  /** Starts on the next partition, if it is time. To be called again in a while where it says so. */
  poll(): boolean {
    if (this.#isStopped) return false;
    if (this.#current !== undefined) return true;
    const waiting = this.#host.writer.catalogue
      .partitions()
      .filter((record) => this.#mayRewrite(record));
    const nowMs = performance.now();
    for (const { number } of waiting)
      if (!this.#closedSince.has(number)) this.#closedSince.set(number, nowMs);
    this.#answerWaiting(waiting[0]?.number);
    const urgentUntil = Math.max(0, ...this.#waiting.map(({ until }) => until));
    const due = waiting.find(
      ({ number }) =>
        number <= urgentUntil || nowMs - this.#closedSince.get(number)! >= this.#host.delayMs,
    );
    if (due !== undefined) {
      const mayWait = due.number > urgentUntil && waiting.length < BACKLOG_MAX;
      if (mayWait && this.#isWriterBusy(nowMs)) return true;
      if (!this.#hasRoomFor(due, nowMs)) return true;
      this.#idleSince = nowMs;
      this.#begin(due.number, due.number <= urgentUntil);
      return true;
    }
    if (waiting.length === 0 && nowMs - this.#idleSince > IDLE_MS) void this.#endThread();
    return waiting.length > 0 || this.#thread !== undefined;
  }

  /** Rewrites what is closed now, without delay or pauses, and nothing that is closed later; resolves when it is done or has failed. */
  finish(): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    const until = this.#host.writer.catalogue.lastNumber;
    return new Promise((resolve) => {
      this.#waiting.push({ until, resolve });
      this.poll();
    });
  }

  /** Leaves a partition that is being rewritten as it was. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    if (this.#current === undefined) {
      await this.#endThread();
      return;
    }
    await this.#thread?.terminate();
    removeForm(partitionPath(this.#host.dataPath, this.#current), 'columns');
  }

  /** By what was committed since the last look, half a second ago or longer. */
  #isWriterBusy(nowMs: number): boolean {
    const elapsedMs = nowMs - this.#rateSinceMs;
    if (elapsedMs >= RATE_OVER_MS) {
      const bytes = Atomics.load(this.#committed, 0);
      this.#isBusy =
        (((bytes - this.#rateSinceBytes) >>> 0) * 1_000) / elapsedMs > BUSY_BYTES_A_SECOND;
      this.#rateSinceMs = nowMs;
      this.#rateSinceBytes = bytes;
    }
    return this.#isBusy;
  }

  /** Beside its blocks, its columns take at most as much again. Whoever waits is not kept waiting for room. */
  #hasRoomFor({ bytes }: PartitionRecord, nowMs: number): boolean {
    if (nowMs < this.#roomAskedAgainMs) {
      this.#answerWaiting();
      return false;
    }
    const objection = this.#host.writer.objectionTo(bytes);
    if (objection === undefined) return true;
    this.#postpone(objection);
    return false;
  }

  /** Said once until a rewrite succeeds again. */
  #postpone(reason: string): void {
    this.#roomAskedAgainMs = performance.now() + (this.#host.roomRetryMs ?? ROOM_RETRY_MS);
    if (!this.#lacksRoom)
      this.#host.log.warn(
        { reason },
        'there is no room to rewrite partitions into columns: they stay as they are until there is',
      );
    this.#lacksRoom = true;
    this.#answerWaiting();
  }

  /** `first`: the oldest that is still to be rewritten. */
  #answerWaiting(first = Number.POSITIVE_INFINITY): void {
    const done = this.#waiting.filter(({ until }) => until < first);
    this.#waiting = this.#waiting.filter(({ until }) => until >= first);
    for (const { resolve } of done) resolve();
  }

  #mayRewrite({ number, state, form, boot, checkedBoot }: PartitionRecord): boolean {
    const current = this.#host.writer.boot;
    return (
      state === 'closed' &&
      form === 'blocks' &&
      (boot === current || checkedBoot === current) &&
      !this.#failed.has(number)
    );
  }

  #begin(number: number, isUrgent: boolean): void {
    this.#current = number;
    this.#closedSince.delete(number);
    this.#thread ??= this.#start();
    const path = partitionPath(this.#host.dataPath, number);
    this.#thread.postMessage({ path, isUrgent } satisfies ToRewriter);
  }

  #start(): Worker {
    const workerData: RewriteData = { committed: this.#committed.buffer as SharedArrayBuffer };
    const thread = ownThread('./rewrite-thread', import.meta.url, {
      workerData,
      name: 'synton-rewriter',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB_MAX },
    });
    thread.on('message', (answer: FromRewriter) => this.#answered(answer));
    const gone = (message: string) => {
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      this.#answered({ status: 'failed', message, lacksRoom: false });
    };
    thread.on('error', (error) => gone(String(error)));
    thread.on('exit', () => gone('its thread ended'));
    thread.unref();
    return thread;
  }

  #answered(answer: FromRewriter): void {
    const number = this.#current;
    if (number === undefined || this.#isStopped) return;
    this.#current = undefined;
    const { writer, counters, log, damages, setAside } = this.#host;
    const record = writer.catalogue.partitions().find((known) => known.number === number);
    if (answer.status === 'failed') {
      // Otherwise it expired while it was being read.
      if (record !== undefined) this.#failedAt(number, answer);
      this.poll();
      return;
    }
    this.#workedMs += answer.cpuMs;
    try {
      const { damaged, damagedMinutes } = answer.report;
      for (const block of damaged) damages.tell(number, block);
      if (damagedMinutes > 0)
        log.error(
          { partition: number, minutes: damagedMinutes },
          'minutes of statistics are damaged and were left out; their spans are not affected',
        );
      const keptAside = writer.rewritten(number, answer.report);
      this.#lacksRoom = false;
      if (keptAside !== undefined) {
        log.warn({ partition: number, keptAside }, 'what was damaged of a partition is kept aside');
        setAside();
      }
      counters.add('partitions_rewritten');
      counters.add('rewrite_milliseconds', Math.round(answer.cpuMs));
      counters.add('spans_rewritten', answer.report.spans);
    } catch (error) {
      this.#failed.add(number);
      counters.add('rewrites_failed');
      log.error(
        { partition: number, error: String(error) },
        'a rewritten partition could not be entered',
      );
    }
    this.#host.progressed();
    this.poll();
  }

  #failedAt(number: number, { message, lacksRoom }: FromRewriter & { status: 'failed' }): void {
    if (lacksRoom) {
      this.#postpone(message);
      return;
    }
    this.#failed.add(number);
    this.#host.counters.add('rewrites_failed');
    this.#host.log.warn(
      { partition: number, reason: message },
      'a partition could not be rewritten into columns: it stays as it is',
    );
  }

  /** By its own leave: it has nothing to do. */
  #endThread(): Promise<void> {
    const thread = this.#thread;
    if (thread === undefined) return Promise.resolve();
    this.#thread = undefined;
    thread.postMessage('end' satisfies ToRewriter);
    return new Promise((resolve) => thread.once('exit', () => resolve()));
  }
}
