/** The ingest thread's side of the forwarding thread. */
import type { Worker } from 'node:worker_threads';
import type { ForwarderStatus } from '../exporters/otlp/forwarder.ts';
import type { Component, Host } from '../pipeline/component.ts';
import { ownThread } from '../pipeline/own-thread.ts';
import type { ForwardData } from './forward-thread.ts';
import { ThreadCalls } from './thread-calls.ts';

type LogLevel = 'info' | 'warn' | 'error';

const RESTART_MS = 5_000;

export class ForwardClient implements Component {
  readonly #data: ForwardData;
  #worker: Worker | undefined;
  #calls: ThreadCalls | undefined;
  #stopped = false;
  /** The forwarder runs; before, the thread can answer nothing. */
  #isUp = false;
  #up = Promise.withResolvers<void>();
  readonly #tried = Promise.withResolvers<void>();

  constructor(data: ForwardData) {
    this.#data = data;
  }

  /** Resolves at once; the thread comes up beside. A destination that cannot be used is an error here. */
  async start(host: Host): Promise<void> {
    const worker = ownThread('./forward-thread', import.meta.url, {
      name: 'synton-forward',
      workerData: this.#data,
    });
    worker.unref();
    this.#worker = worker;
    const calls = new ThreadCalls(worker, {
      log: (_, level: LogLevel, fields: object, message: string) =>
        host.log[level](fields, message),
    });
    this.#calls = calls;
    worker.once('message', () => {
      calls.call('start').then(
        () => {
          this.#isUp = true;
          this.#up.resolve();
          this.#tried.resolve();
        },
        () => {},
      );
    });
    worker.on('error', (error) => {
      this.#tried.resolve();
      calls.end(error);
      this.#calls = undefined;
      if (this.#isUp) this.#up = Promise.withResolvers<void>();
      this.#isUp = false;
      host.log.error({ error: String(error) }, 'the forwarding thread failed; it is started again');
      if (!this.#stopped)
        host.clock.schedule(RESTART_MS, () => {
          if (!this.#stopped) void this.start(host);
        });
    });
  }

  /** Resolves when the forwarder has found its place in the log, or failed for the first time. */
  begun(): Promise<void> {
    return this.#tried.promise;
  }

  /** Undefined until the thread is up. */
  async status(): Promise<ForwarderStatus | undefined> {
    if (!this.#isUp) return undefined;
    return this.#calls?.call<ForwarderStatus | undefined>('status');
  }

  /** Resolves when all that was durable at the call is dealt with, or at the deadline. */
  async flush(deadline: AbortSignal): Promise<void> {
    const { promise: cut, resolve } = Promise.withResolvers<void>();
    const stop = (): void => resolve();
    deadline.addEventListener('abort', stop);
    await Promise.race([this.#up.promise, cut]);
    deadline.removeEventListener('abort', stop);
    // A thread that fails meanwhile takes the question with it; the log keeps the spans.
    if (!deadline.aborted) await this.#calls?.call('flush', [], deadline).catch(() => {});
  }

  async shutdown(deadline: AbortSignal): Promise<void> {
    this.#stopped = true;
    const calls = this.#calls;
    this.#calls = undefined;
    try {
      await calls?.call('shutdown', [], deadline);
    } catch {
      // At the deadline: what was in flight is sent again after the next start.
    }
    await this.#worker?.terminate();
    this.#worker = undefined;
  }
}
