/**
 * Log records on their way to a collector, in order. One request is on its way at a time; one that fails is sent again, after a pause,
 * until its records are KEPT_MS old. A destination that refuses log records for good is left alone, and so is one that takes them but
 * is no Synton, unless it was asked for: log records are told to it once, and hold nothing.
 *
 * Bounds: RECORDS_MAX records, BYTES_MAX bytes of them; what comes beyond is dropped and counted.
 */
import { type FramedRecord, logsRequest } from '../../otlp/write-log-events.ts';
import type { ReportSender } from './report-sender.ts';

export interface ReportQueueSettings {
  /** Also to what is no Synton. */
  readonly toAnybody: boolean;
  /** Told once, when nothing more is sent. */
  readonly onStop: (reason: string) => void;
  readonly onDrop: (records: number) => void;
}

const RECORDS_MAX = 16_384;
const BYTES_MAX = 8 * 1024 * 1024;
const REQUEST_RECORDS = 512;
const REQUEST_BYTES = 1024 * 1024;
const KEPT_MS = 60_000;
const PAUSE_MS = 100;
const PAUSE_MS_MAX = 2_000;

interface Waiting extends FramedRecord {
  readonly atMs: number;
}

export class ReportQueue {
  readonly #sender: ReportSender;
  readonly #settings: ReportQueueSettings;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #isKnown: boolean;
  #isStopped = false;
  #sending: Promise<void> | undefined;
  #pauseMs = 0;
  #notBeforeMs = 0;

  constructor(sender: ReportSender, settings: ReportQueueSettings) {
    this.#sender = sender;
    this.#settings = settings;
    this.#isKnown = settings.toAnybody;
  }

  add(record: FramedRecord): void {
    if (this.#isStopped) return;
    if (this.#waiting.length >= RECORDS_MAX || this.#bytes + record.record.length > BYTES_MAX) {
      this.#settings.onDrop(1);
      return;
    }
    this.#bytes += record.record.length;
    this.#waiting.push({ ...record, atMs: performance.now() });
  }

  /** Begins to send what waits, where nothing is on its way. */
  pump(): void {
    if (this.#sending !== undefined || this.#isStopped || this.#waiting.length === 0) return;
    if (performance.now() < this.#notBeforeMs) return;
    this.#sending = this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Resolves when nothing waits, or nobody takes it at once. */
  async flush(): Promise<void> {
    this.#notBeforeMs = 0;
    while (!this.#isStopped && this.#pauseMs === 0) {
      await this.#sending;
      if (this.#waiting.length === 0) return;
      this.pump();
    }
  }

  async #send(): Promise<void> {
    if (!this.#isKnown && !(await this.#isSynton())) return;
    while (this.#waiting.length > 0 && !this.#isStopped) {
      const count = this.#countToSend();
      const answer = await this.#sender.send('logs', logsRequest(this.#waiting.slice(0, count)));
      if (answer === 'never') return this.#stop('it takes no log records');
      if (answer === 'later') return this.#pause();
      this.#pauseMs = 0;
      if (answer === 'refused') this.#settings.onDrop(count);
      this.#remove(count);
    }
  }

  /** Asked with a request that holds nothing. */
  async #isSynton(): Promise<boolean> {
    const answer = await this.#sender.send('logs', new Uint8Array(0));
    if (answer === 'later') this.#pause();
    else if (answer !== 'taken by Synton') this.#stop('it is no Synton');
    else this.#isKnown = true;
    return this.#isKnown;
  }

  #countToSend(): number {
    let bytes = 0;
    let count = 0;
    for (const { record } of this.#waiting) {
      bytes += record.length;
      if (count > 0 && (count === REQUEST_RECORDS || bytes > REQUEST_BYTES)) break;
      count++;
    }
    return count;
  }

  #pause(): void {
    this.#pauseMs = Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS, this.#pauseMs * 2));
    this.#notBeforeMs = performance.now() + this.#pauseMs;
    const tooOld = this.#waiting.findIndex(({ atMs }) => atMs > performance.now() - KEPT_MS);
    const count = tooOld < 0 ? this.#waiting.length : tooOld;
    if (count > 0) this.#settings.onDrop(count);
    this.#remove(count);
  }

  #remove(count: number): void {
    for (const { record } of this.#waiting.splice(0, count)) this.#bytes -= record.length;
  }

  #stop(reason: string): void {
    this.#isStopped = true;
    this.#remove(this.#waiting.length);
    this.#sender.close();
    this.#settings.onStop(reason);
  }
}
