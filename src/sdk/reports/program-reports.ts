/**
 * A program's side of the thread that reports on it (report-thread.ts). The thread is started when there is something to report, and
 * keeps no process alive. Nothing here throws.
 *
 * Bounds: EXIT_MS that an ending process waits for it; LIMITS of its memory, beyond which it ends and nothing more is told.
 */
import { hostname } from 'node:os';
import { isMainThread, type Worker } from 'node:worker_threads';
import type { FramedRecord } from '../../otlp/write-log-events.ts';
import { ownThread } from '../../pipeline/own-thread.ts';
import { CONTROL } from './activity-ring.ts';
import type { FunctionFacts } from './open-activity.ts';
import { reportFrames } from './process-frames.ts';
import type {
  FromReports,
  ReportData,
  ReportFrames,
  ToReports,
  WatchedCalls,
} from './report-messages.ts';
import type { ReportTarget } from './report-target.ts';

export interface ProgramReportsSettings {
  /** Also to a destination that is no Synton. */
  readonly toAnybody: boolean;
  readonly onDrop: (records: number) => void;
  readonly onStop: (reason: string) => void;
}

/** Long for a collector near by, short for whoever waits for a program to end. */
const EXIT_MS = 3_000;
/** Of the thread; its queues hold a fraction. */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 };

export class ProgramReports {
  readonly #settings: ProgramReportsSettings;
  #targets: readonly ReportTarget[] = [];
  #calls: (() => WatchedCalls) | undefined;
  #control = new Int32Array(new SharedArrayBuffer(CONTROL.count * 4));
  #worker: Worker | undefined;
  #isOver = false;

  constructor(settings: ProgramReportsSettings) {
    this.#settings = settings;
  }

  get isStarted(): boolean {
    return this.#worker !== undefined;
  }

  setTargets(targets: readonly ReportTarget[]): void {
    this.#targets = targets;
    this.#post({ type: 'targets', targets });
  }

  /** Before the thread starts. @param calls asked for as they are when it does */
  watch(calls: () => WatchedCalls): void {
    this.#calls = calls;
  }

  /** Legal twice. */
  start(): void {
    if (this.#worker !== undefined || this.#isOver) return;
    try {
      const calls = this.#calls?.();
      if (calls !== undefined) this.#control = new Int32Array(calls.ring.control);
      const data: ReportData = {
        targets: this.#targets,
        toAnybody: this.#settings.toAnybody,
        calls,
        control: this.#control.buffer as SharedArrayBuffer,
      };
      const worker = ownThread('./report-thread', import.meta.url, {
        name: 'synton-reports',
        workerData: data,
        resourceLimits: LIMITS,
      });
      worker.on('message', (message: FromReports) => this.#take(message));
      worker.on('error', (error) => {
        this.#isOver = true;
        this.#worker = undefined;
        this.#settings.onStop(String(error));
      });
      worker.unref();
      this.#worker = worker;
    } catch (error) {
      this.#isOver = true;
      this.#settings.onStop(String(error));
    }
  }

  tell(records: readonly FramedRecord[], openCount: number, frames: ReportFrames): void {
    this.start();
    this.#post({ type: 'records', records, openCount, frames });
  }

  addFunctions(functions: readonly FunctionFacts[], counts: SharedArrayBuffer): void {
    this.#post({ type: 'functions', functions, counts });
  }

  setFrames(frames: ReportFrames): void {
    this.#post({ type: 'frames', frames });
  }

  /**
   * The process ends: returns when all is told and these requests of spans are sent, or time is up. Blocks this thread, as there is no
   * other turn of it.
   *
   * @param frames undefined where nothing is open
   */
  finish(frames: ReportFrames | undefined, requests: readonly Uint8Array[]): void {
    if (this.#isOver) return;
    this.start();
    this.#isOver = true;
    this.#postExit(frames, requests);
    if (this.#worker !== undefined) Atomics.wait(this.#control, CONTROL.done, 0, EXIT_MS);
  }

  /** The same for a program that goes on; later reports are not sent. */
  async close(frames: ReportFrames | undefined): Promise<void> {
    const worker = this.#worker;
    if (this.#isOver || worker === undefined) return;
    this.#isOver = true;
    if (frames !== undefined) {
      this.#postExit(frames, []);
      const { value } = Atomics.waitAsync(this.#control, CONTROL.done, 0, EXIT_MS);
      // Waiting for another thread does not keep a process alive.
      const timer = setTimeout(() => {}, EXIT_MS);
      await value;
      clearTimeout(timer);
    }
    this.#worker = undefined;
    await worker.terminate();
  }

  /** Another process of this machine is gone, which its spans name by its id. Resolves when that is told; later reports are not sent. */
  async tellExit(pid: number): Promise<void> {
    this.start();
    const attributes = { 'process.pid': pid, 'host.name': hostname() };
    await this.close(reportFrames({ attributes }, { name: 'synton' }));
  }

  #postExit(frames: ReportFrames | undefined, requests: readonly Uint8Array[]): void {
    const code = Number(process.exitCode ?? 0);
    this.#post({ type: 'exit', code, frames, isProcess: isMainThread, requests });
  }

  #take(message: FromReports): void {
    if (message.type === 'turn') Atomics.store(this.#control, CONTROL.turn, message.number);
    else if (message.type === 'dropped') this.#settings.onDrop(message.records);
    else this.#settings.onStop(message.reason);
  }

  #post(message: ToReports): void {
    this.#worker?.postMessage(message);
  }
}
