/**
 * Takes ended spans from the buffer to where they are kept, beside the program's own work on the event loop.
 *
 * A slice writes for at most SLICE_MS and then lets the program go on. Up to REQUESTS_MAX requests are on
 * their way at once; while they are, spans wait in the buffer. A request that is refused as busy, or
 * that a fault met, is sent again until `giveUpAfterMs`, then given up and counted. Its own timers keep no
 * process alive; whoever flushes does.
 */
import type { Host } from '../pipeline/component.ts';
import type { ConsumeResult } from '../pipeline/consume-result.ts';
import { encodedNow } from './encode-spans.ts';
import type { EndedSpans } from './ended-spans.ts';
import type { EncodedRequest, RequestEncoder } from './request-encoder.ts';
import type { SpanFrames } from './span-frames.ts';
import { untraced } from './suppressed-tracing.ts';

export interface DrainSettings {
  /** How long spans gather before a slice begins. */
  readonly lingerMs: number;
  /** This many do not wait. */
  readonly gatherMax: number;
  /** How long a request is tried. */
  readonly giveUpAfterMs: number;
  /** How long a resource may wait for its attributes. */
  readonly resourceWaitMs: number;
}

/** Where requests go. `attempt` counts from 0 for the same bytes. May throw; that is tried again. */
export type SendSpans = (
  request: EncodedRequest,
  attempt: number,
  signal: AbortSignal,
) => Promise<ConsumeResult>;

export interface DrainParts {
  readonly ended: EndedSpans;
  readonly encoder: RequestEncoder;
  readonly frames: SpanFrames;
  readonly send: SendSpans;
  readonly host: Host;
}

const SLICE_MS = 2;
/** Later in a slice no further request is begun. */
const LAST_REQUEST_MS = 1;
const REQUESTS_MAX = 8;
const FAULT_RETRY_MS = 250;
const RETRY_MS_MAX = 5000;

export class SpanDrain {
  readonly #settings: DrainSettings;
  readonly #parts: DrainParts;
  readonly #linger: NodeJS.Timeout;
  readonly #onWay = new Set<Promise<void>>();
  readonly #requests = new Set<EncodedRequest>();
  /** No more attempts. */
  readonly #cut = new AbortController();
  #slice: NodeJS.Immediate | undefined;
  /** A resource whose attributes are waited for. */
  #waiting: Promise<void> | undefined;
  readonly #opened = Promise.withResolvers<void>();
  #isOpen = false;
  #failing = false;

  constructor(parts: DrainParts, settings: DrainSettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#linger = setTimeout(() => this.#soon(), settings.lingerMs).unref();
  }

  /** Spans may be sent from now on. */
  open(): void {
    this.#isOpen = true;
    this.#opened.resolve();
    this.#soon();
  }

  /** A span was put into the buffer. */
  notice(): void {
    const { count } = this.#parts.ended;
    if (count === 1) this.#linger.refresh();
    else if (count === this.#settings.gatherMax) this.#soon();
  }

  /** Nothing waits and nothing is on its way. */
  get isIdle(): boolean {
    return this.#parts.ended.count === 0 && this.#onWay.size === 0;
  }

  /** Every span that ended before the call is on its way: views can see it. */
  async handOver(signal: AbortSignal): Promise<void> {
    const { ended } = this.#parts;
    const target = ended.taken + ended.count;
    while (ended.taken < target && !signal.aborted) {
      if (this.#isOpen) this.#run();
      if (ended.taken < target) await this.#progress(signal);
    }
  }

  /** Every span that ended before the call is kept, or given up and counted; or the signal aborted. */
  async flush(signal: AbortSignal): Promise<void> {
    await this.handOver(signal);
    await orAborted(Promise.all([...this.#onWay]), signal);
  }

  /** Requests of all that ended and is not kept yet, for who sends them himself: there is no turn of the event loop any more. */
  takeUndelivered(): Uint8Array[] {
    const { ended, encoder, frames } = this.#parts;
    const taken = Array.from(this.#requests, ({ request }) => request);
    this.#requests.clear();
    return [...taken, ...encodedNow(ended, encoder, frames)];
  }

  /** Gives up what is still here, counted. */
  close(): void {
    clearTimeout(this.#linger);
    if (this.#slice !== undefined) clearImmediate(this.#slice);
    this.#isOpen = false;
    this.#opened.resolve();
    this.#cut.abort();
    const { ended, host } = this.#parts;
    if (ended.count > 0) host.counters.drop('undelivered', ended.count);
    while (ended.count > 0) ended.drop();
  }

  /** Something is to be hoped for: room on the way, a resource, the next turn of the loop. */
  #progress(signal: AbortSignal): Promise<unknown> {
    if (!this.#isOpen) return orAborted(this.#opened.promise, signal);
    if (this.#waiting !== undefined) return orAborted(this.#waiting, signal);
    if (this.#onWay.size >= REQUESTS_MAX) {
      return orAborted(Promise.race(this.#onWay), signal);
    }
    return new Promise((resolve) => setImmediate(resolve));
  }

  #soon(): void {
    if (!this.#isOpen || this.#slice !== undefined) return;
    this.#slice = setImmediate(() => {
      this.#slice = undefined;
      this.#run();
    }).unref();
  }

  #mayRun(): boolean {
    return (
      this.#isOpen &&
      this.#parts.ended.count > 0 &&
      this.#onWay.size < REQUESTS_MAX &&
      this.#waiting === undefined
    );
  }

  #run(): void {
    untraced(() => {
      const { ended, encoder, host } = this.#parts;
      const startedAtMs = performance.now();
      while (this.#mayRun() && performance.now() < startedAtMs + LAST_REQUEST_MS) {
        const outcome = encoder.encode(ended, startedAtMs + SLICE_MS);
        if (outcome.unreadable > 0) host.counters.drop('unreadable', outcome.unreadable);
        if (outcome.encoded !== undefined) this.#dispatch(outcome.encoded);
        if (outcome.pending !== undefined) this.#waitFor(outcome.pending);
      }
    });
    if (this.#mayRun()) this.#soon();
  }

  #waitFor(resource: Parameters<SpanFrames['settle']>[0]): void {
    const { frames, host } = this.#parts;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      host.log.warn({}, 'a resource still waits for attributes; its spans go without them');
      resolve();
    }, this.#settings.resourceWaitMs).unref();
    this.#waiting = Promise.race([frames.whenSettled(resource), late]).then(() => {
      clearTimeout(timer);
      frames.settle(resource);
      this.#waiting = undefined;
      this.#soon();
    });
  }

  #dispatch(request: EncodedRequest): void {
    this.#requests.add(request);
    const onWay = this.#deliver(request).then(() => {
      this.#onWay.delete(onWay);
      this.#requests.delete(request);
      if (this.#mayRun()) this.#soon();
    });
    this.#onWay.add(onWay);
  }

  /** Never rejects. */
  async #deliver(request: EncodedRequest): Promise<void> {
    const { host } = this.#parts;
    const { signal } = this.#cut;
    const giveUpAtMs = performance.now() + this.#settings.giveUpAfterMs;
    for (let attempt = 0; ; attempt++) {
      const result = await this.#attempt(request, attempt, signal);
      if (result.status === 'accepted' || result.status === 'partial') {
        this.#failing = false;
        return;
      }
      const isOver = signal.aborted || performance.now() >= giveUpAtMs;
      if (result.status === 'invalid' || isOver) {
        host.counters.drop('undelivered', request.spanCount);
        host.log.error({ spans: request.spanCount, reason: result.reason }, 'spans were given up');
        return;
      }
      if (!this.#failing) host.log.warn({ reason: result.reason }, 'spans wait to be kept');
      this.#failing = true;
      await pause(Math.min(result.retryAfterMs, RETRY_MS_MAX), signal);
    }
  }

  async #attempt(
    request: EncodedRequest,
    attempt: number,
    signal: AbortSignal,
  ): Promise<ConsumeResult> {
    try {
      return await this.#parts.send(request, attempt, signal);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { status: 'busy', retryAfterMs: FAULT_RETRY_MS, reason };
    }
  }
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs).unref();
    signal.addEventListener('abort', done);
  });
}

/** Resolves with the promise or when the signal aborts, whichever is first. */
export async function orAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const stop = (): void => resolve();
  signal.addEventListener('abort', stop);
  await Promise.race([promise, aborted]);
  signal.removeEventListener('abort', stop);
}
