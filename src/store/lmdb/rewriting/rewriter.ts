/**
 * Sees to it that closed partitions are rewritten, oldest first, each once it has been closed for a while: by then a
 * forwarder has usually read it in its cheaper form. The thread that does it is started when there is something to do and
 * ended when there is nothing more.
 *
 * A partition that cannot be rewritten stays as it is, is said once, and is tried again by the next life of the store.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Counters } from '../../../telemetry/counters.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import type { PartitionRecord } from '../catalogue.ts';
import { partitionPath, removeForm } from '../partition-path.ts';
import type { PartitionWriter } from '../partition-writer.ts';
import type { FromRewriter, RewriteData, ToRewriter } from './rewrite-messages.ts';

/** How long the thread is kept with nothing to do. */
const IDLE_MS = 20_000;

export interface RewriterHost {
  readonly dataPath: string;
  readonly writer: PartitionWriter;
  readonly counters: Counters;
  readonly log: Logger;
  /** How long a partition stays as it is after it was closed. */
  readonly delayMs: number;
  /** Called after each: readers may look again. */
  readonly progressed: () => void;
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
      this.#idleSince = nowMs;
      this.#begin(due.number, due.number <= urgentUntil);
      return true;
    }
    if (waiting.length === 0 && nowMs - this.#idleSince > IDLE_MS) this.#endThread();
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
    await this.#thread?.terminate();
    if (this.#current === undefined) return;
    removeForm(partitionPath(this.#host.dataPath, this.#current), 'columns');
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
    const file = new URL(`./rewrite-thread${extname(import.meta.url)}`, import.meta.url);
    const workerData: RewriteData = { committed: this.#committed.buffer as SharedArrayBuffer };
    const thread = new Worker(file, { workerData, name: 'synton-rewriter' });
    thread.on('message', (answer: FromRewriter) => this.#answered(answer));
    const gone = (message: string) => {
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      this.#answered({ status: 'failed', message });
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
    const { writer, counters, log } = this.#host;
    const record = writer.catalogue.partitions().find((known) => known.number === number);
    if (answer.status === 'failed') {
      this.#failed.add(number);
      // Expired while it was being read.
      if (record === undefined) {
        this.poll();
        return;
      }
      counters.add('rewrites_failed');
      log.warn(
        { partition: number, reason: answer.message },
        'a partition could not be rewritten into columns: it stays as it is',
      );
      this.poll();
      return;
    }
    this.#workedMs += answer.cpuMs;
    try {
      writer.rewritten(number, answer.report);
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

  #endThread(): void {
    const thread = this.#thread;
    this.#thread = undefined;
    void thread?.terminate();
  }
}
