/**
 * Where a processor's spans live: a runtime of its own, or the Synton that owns the data directory.
 *
 * Starting never fails. Who owns the directory is found out first: if it is us, the runtime keeps spans
 * there and other programs may send theirs; if another does, spans are sent there and a runtime in memory
 * remembers them for this program's views, until the owner is gone and we take over. What cannot be started
 * is said, and the next lesser thing is started instead: without persistence, without forwarding.
 */

import { readLogEvents } from '../otlp/read-log-events.ts';
import { SpanScanner } from '../otlp/scan-traces.ts';
import { MalformedProtobuf } from '../otlp/wire/malformed-protobuf.ts';
import type { Host } from '../pipeline/component.ts';
import type { ConsumeResult } from '../pipeline/consume-result.ts';
import type { TraceRuntime, TraceRuntimeSettings } from '../runtime/trace-runtime-contract.ts';
import type { DataLock } from '../store/lmdb/data-lock.ts';
import { packageVersion } from '../telemetry/package-version.ts';
import type { ViewRenderer } from '../views/view-renderer.ts';
import { OwnerClient } from './owner-client.ts';
import { ownerListener } from './owner-listener.ts';
import type { ProgramLog } from './program-log.ts';
import type { EncodedRequest } from './request-encoder.ts';
import { sampledOnly } from './sampled-only.ts';
import { orAborted } from './span-drain.ts';

export interface HomeHost extends Host {
  readonly log: ProgramLog;
  /** Spans are kept there from now on, or sent there. */
  readonly onPlace?: (place: HomePlace) => void;
}

export type HomePlace =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'socket'; readonly path: string }
  /** Neither: in memory, and with whoever they are forwarded to. */
  | { readonly kind: 'memory' };

const TAKE_OVER_RETRY_MS = 100;
const FAILING_POLL_MS = 100;

export class SpanHome {
  readonly #settings: TraceRuntimeSettings;
  readonly #host: HomeHost;
  readonly #scanner = new SpanScanner();
  #runtime: TraceRuntime | undefined;
  #lock: DataLock | undefined;
  /** Set while another owns the directory. */
  #owner: OwnerClient | undefined;
  #moving: Promise<void> | undefined;
  #isClosed = false;

  constructor(settings: TraceRuntimeSettings, host: HomeHost) {
    this.#settings = settings;
    this.#host = host;
  }

  /** Never rejects. */
  start(): Promise<void> {
    return this.#resettle();
  }

  /** Undefined until it is started. */
  get views(): ViewRenderer | undefined {
    return this.#runtime?.views;
  }

  /** Sends a request where spans are kept. May throw on a fault of storage. */
  async send(
    { request, batch }: EncodedRequest,
    attempt: number,
    signal: AbortSignal,
  ): Promise<ConsumeResult> {
    const owner = this.#owner;
    if (attempt === 0) {
      // The encoder's rows are there until it encodes again: nothing is awaited before they are taken.
      const runtime = this.#runtime;
      const consumed =
        batch === undefined || runtime === undefined
          ? this.#consume(request, true, signal)
          : runtime.consumer.consume(batch, signal);
      if (owner === undefined) return consumed;
      await consumed;
    } else if (owner === undefined) return this.#consume(request, false, signal);
    const sampled = sampledOnly(request);
    if (sampled === undefined) return { status: 'accepted' };
    const answer = await owner.send(sampled, signal);
    if (answer.status !== 'gone') return answer;
    await this.#move(owner);
    return {
      status: 'busy',
      retryAfterMs: TAKE_OVER_RETRY_MS,
      reason: 'the owner of the data directory is gone',
    };
  }

  /**
   * Resolves when the destination has what was durable at the call, or the signal aborts. Does not wait for
   * a destination that is known to be away, where the store will hold spans for it.
   */
  async drainForwarding(signal: AbortSignal): Promise<void> {
    const runtime = this.#runtime;
    if (runtime === undefined || signal.aborted) return;
    const drained = runtime.drainForwarding(signal).catch(() => {});
    if (this.#settings.persistence === undefined || this.#owner !== undefined) return drained;
    const isDone = drained.then(() => true);
    while (!signal.aborted) {
      const polled = new Promise<false>((resolve) =>
        setTimeout(() => resolve(false), FAILING_POLL_MS),
      );
      if (await Promise.race([isDone, polled])) return;
      const status = await runtime.forwarding();
      if (status?.failing) return;
    }
  }

  /** Legal at any time. What starts meanwhile is stopped as soon as it has started. */
  shutdown(deadline: AbortSignal): Promise<void> {
    this.#isClosed = true;
    const settled = this.#moving ?? Promise.resolve();
    return orAborted(
      settled.then(() => this.#close(deadline)),
      deadline,
    );
  }

  async #close(deadline: AbortSignal): Promise<void> {
    this.#owner?.close();
    this.#lock?.serve(undefined);
    try {
      await this.#runtime?.shutdown(deadline);
    } catch (error) {
      this.#host.log.error({ error: String(error) }, 'the processor did not stop cleanly');
    }
    await this.#lock?.release();
  }

  async #consume(
    request: Uint8Array,
    isFirst: boolean,
    signal: AbortSignal,
  ): Promise<ConsumeResult> {
    const runtime = this.#runtime;
    if (runtime === undefined) {
      return { status: 'busy', retryAfterMs: TAKE_OVER_RETRY_MS, reason: 'not started' };
    }
    const { counters } = this.#host;
    const scan = this.#scanner.scan(request);
    if (scan.status === 'malformed') {
      return { status: 'invalid', reason: `${scan.reason}, at byte ${scan.offset}` };
    }
    if (isFirst) {
      if (scan.invalidIds > 0) counters.drop('invalid_id', scan.invalidIds);
      if (scan.overLimit > 0) counters.drop('span_limit', scan.overLimit);
    }
    return runtime.consumer.consume(this.#scanner, signal);
  }

  /** Finds out who owns the directory, once for all who notice that the last owner is gone. */
  #move(gone: OwnerClient): Promise<void> {
    if (this.#owner !== gone || this.#isClosed) return this.#moving ?? Promise.resolve();
    return this.#resettle();
  }

  #resettle(): Promise<void> {
    this.#moving ??= this.#settle().finally(() => {
      this.#moving = undefined;
    });
    return this.#moving;
  }

  async #settle(): Promise<void> {
    const { persistence } = this.#settings;
    if (persistence === undefined) return this.#begin(this.#settings);
    try {
      const { acquireDataLock } = await import('../store/lmdb/data-lock.ts');
      const outcome = await acquireDataLock(persistence.path, packageVersion());
      if (outcome.status === 'owned') await this.#own(outcome.lock, persistence.path);
      else await this.#join(outcome.socketPath, outcome.owner.pid, persistence.path);
    } catch (error) {
      this.#sayMemoryOnly(persistence.path, error);
      this.#letGoOfOwner();
      // After an owner that is gone, what remembered beside it goes on.
      if (this.#runtime === undefined) await this.#begin(inMemory(this.#settings));
    }
  }

  async #own(lock: DataLock, path: string): Promise<void> {
    const before = this.#owner === undefined ? undefined : this.#runtime;
    try {
      const runtime = await this.#started(this.#settings);
      this.#runtime = runtime;
      void runtime.failed.then((error) => this.#fail(runtime, path, error));
    } catch (error) {
      await lock.release();
      throw error;
    }
    this.#lock = lock;
    lock.serve(ownerListener((signal, request) => this.#take(signal, request)));
    this.#host.onPlace?.({ kind: 'folder', path });
    if (before === undefined) return;
    this.#host.log.info({ path }, 'the owner of the data directory is gone; this program owns it');
    this.#letGoOfOwner();
    await before.shutdown(AbortSignal.timeout(TAKE_OVER_RETRY_MS));
  }

  async #join(socketPath: string, pid: number, path: string): Promise<void> {
    this.#letGoOfOwner();
    this.#owner = new OwnerClient(socketPath);
    this.#host.onPlace?.({ kind: 'socket', path: socketPath });
    this.#host.log.sayOnce(
      'owner',
      `${path} is in use by another Synton (pid ${pid}): spans are sent to that one`,
    );
    if (this.#runtime === undefined) {
      const { forward: _forward, deliver: _deliver, ...alone } = inMemory(this.#settings);
      await this.#begin(alone);
    }
  }

  /** Of another program, over the socket. */
  async #take(signal: 'traces' | 'logs', request: Uint8Array): Promise<ConsumeResult> {
    if (signal === 'logs') return this.#takeLogs(request);
    return this.#consume(request, true, AbortSignal.timeout(60_000));
  }

  #takeLogs(request: Uint8Array): ConsumeResult {
    try {
      this.#runtime?.logEvents.take(readLogEvents(request));
      return { status: 'accepted' };
    } catch (error) {
      if (error instanceof MalformedProtobuf) return { status: 'invalid', reason: error.message };
      throw error;
    }
  }

  #letGoOfOwner(): void {
    this.#owner?.close();
    this.#owner = undefined;
  }

  /** Nothing more can be made durable: memory from now on. */
  async #fail(failed: TraceRuntime, path: string, error: Error): Promise<void> {
    if (this.#runtime !== failed || this.#isClosed) return;
    this.#sayMemoryOnly(path, error);
    this.#lock?.serve(undefined);
    this.#host.onPlace?.({ kind: 'memory' });
    // An exporter of the program's is shut down with the runtime that had it.
    const { deliver: _, ...settings } = inMemory(this.#settings);
    await this.#begin(settings);
    await failed.shutdown(AbortSignal.timeout(TAKE_OVER_RETRY_MS)).catch(() => {});
    await this.#lock?.release();
    this.#lock = undefined;
  }

  /** Starts a runtime without a store; at last one without a destination, which cannot fail. */
  async #begin(settings: TraceRuntimeSettings): Promise<void> {
    try {
      this.#runtime = await this.#started(settings);
    } catch (error) {
      this.#host.log.sayOnce('forwarding', `spans are not forwarded: ${messageOf(error)}`);
      const { forward: _forward, deliver: _deliver, ...alone } = settings;
      this.#runtime = await this.#started(alone);
    }
  }

  async #started(settings: TraceRuntimeSettings): Promise<TraceRuntime> {
    const { createTraceRuntime } = await import('../runtime/open-trace-runtime.ts');
    const runtime = createTraceRuntime(settings);
    await runtime.start(this.#host);
    return runtime;
  }

  #sayMemoryOnly(path: string, error: unknown): void {
    this.#host.log.sayOnce(
      'memory',
      `spans cannot be kept in ${path} and live in memory only: ${messageOf(error)}`,
    );
  }
}

function inMemory({ persistence: _, ...settings }: TraceRuntimeSettings): TraceRuntimeSettings {
  return settings;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
