/**
 * Gets one chunk of spans off the hands of the forwarder: sent, or set aside, or given up.
 *
 * It owns the retries, the halving and the dead letters of one destination; it knows no cursor and no
 * order. A request that is too large or at fault is halved until the span at fault stands alone; that one
 * is set aside and the rest is sent. A refusal that any request would meet is set aside whole, and said
 * once. Several chunks may be under way: they share one backoff.
 */
import type { Host } from '../../pipeline/component.ts';
import type { DeadLetterStore } from './cursor-store.ts';
import type { Destination, SendResult } from './destination.ts';
import type { RetryBackoff } from './retry-backoff.ts';
import { type RequestPart, splitRequest } from './split-request.ts';

export interface DeliverySettings {
  readonly name: string;
  /** Undefined: as long as it takes. */
  readonly giveUpAfterMs: number | undefined;
}

export interface DeliveryParts {
  readonly host: Host;
  readonly destination: Destination;
  readonly deadLetters: DeadLetterStore;
  readonly backoff: RetryBackoff;
  /** No more waiting for another try. */
  readonly stop: AbortSignal;
  /** No more sending. */
  readonly cut: AbortSignal;
}

export interface DeliveryHealth {
  readonly lastSuccessUnixNano: bigint | undefined;
  readonly lastError: { readonly atUnixNano: bigint; readonly reason: string } | undefined;
  /** The newest answer asked for another try. */
  readonly failing: boolean;
}

type Refusal = Extract<SendResult, { status: 'too_large' | 'refused' }>;
type Sent = Extract<SendResult, { status: 'sent' }>;

/** Requests that the halving of one chunk may cost; what is refused beyond it is set aside as it is. */
const HALVINGS_MAX = 256;
/** Kinds of refusal that are logged; the others are only counted. */
const LOGGED_MAX = 32;

export class ChunkDelivery {
  readonly #settings: DeliverySettings;
  readonly #parts: DeliveryParts;
  readonly #logged = new Set<string>();
  #lastSuccessUnixNano: bigint | undefined;
  #lastError: DeliveryHealth['lastError'];
  #failing = false;

  constructor(settings: DeliverySettings, parts: DeliveryParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  get health(): DeliveryHealth {
    return {
      lastSuccessUnixNano: this.#lastSuccessUnixNano,
      lastError: this.#lastError,
      failing: this.#failing,
    };
  }

  /** False where it was stopped before every span was dealt with: send the chunk again. */
  async deliver(chunk: RequestPart): Promise<boolean> {
    const waiting: RequestPart[] = [chunk];
    let halvings = 0;
    for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
      const result = await this.#send(part);
      if (result === undefined) return false;
      if (result.status === 'sent') {
        this.#sent(part, result);
        continue;
      }
      const mayHalve = result.status === 'too_large' || result.about === 'request';
      const halves = mayHalve && halvings++ < HALVINGS_MAX ? splitRequest(part.request) : undefined;
      if (halves === undefined) await this.#setAside(part, result);
      else waiting.push(halves[1], halves[0]);
    }
    return true;
  }

  /** Tries until there is a last word; undefined where it was stopped. */
  async #send(part: RequestPart): Promise<Sent | Refusal | undefined> {
    const { host, destination, backoff, stop, cut } = this.#parts;
    const { giveUpAfterMs } = this.#settings;
    const startedAtMs = host.clock.monotonicMs();
    while (true) {
      await backoff.ready(stop);
      if (cut.aborted || (stop.aborted && backoff.waitMs > 0)) return undefined;
      const result = await destination.send(part.request, part.spanCount, cut);
      if (result.status !== 'retry') {
        backoff.succeeded();
        this.#failing = false;
        return result;
      }
      if (cut.aborted) return undefined;
      this.#failed(result.reason);
      host.counters.add('forward_retries');
      backoff.failed(result.afterMs);
      if (giveUpAfterMs !== undefined && host.clock.monotonicMs() - startedAtMs >= giveUpAfterMs)
        return { status: 'refused', about: 'endpoint', code: 'GAVE_UP', reason: result.reason };
    }
  }

  #sent(part: RequestPart, { rejectedSpans, message }: Sent): void {
    const { counters, clock } = this.#parts.host;
    const rejected = Math.min(rejectedSpans, part.spanCount);
    this.#lastSuccessUnixNano = clock.unixNano();
    counters.add('spans_forwarded', part.spanCount - rejected);
    if (rejected === 0) return;
    counters.drop('forward_rejected', rejected);
    this.#logOnce('partial', { rejected, message }, 'the destination rejected some spans');
  }

  async #setAside(part: RequestPart, refusal: Refusal): Promise<void> {
    const { host, deadLetters } = this.#parts;
    const code = refusal.status === 'refused' ? refusal.code : 'TOO_LARGE';
    const { reason } = refusal;
    this.#noteError(`${code}: ${reason}`);
    host.counters.drop('forward_refused', part.spanCount);
    this.#logOnce(code, { code, reason }, 'the destination refuses spans; they are set aside');
    const setAsideUnixNano = host.clock.unixNano();
    try {
      const gone = await deadLetters.add({ ...part, code, reason, setAsideUnixNano });
      if (gone > 0) host.counters.drop('dead_letters_full', gone);
    } catch (error) {
      host.counters.drop('dead_letters_full', part.spanCount);
      this.#logOnce('dead letters', { err: error }, 'cannot keep refused spans');
    }
  }

  #failed(reason: string): void {
    // Once an outage, not once a try.
    if (!this.#failing)
      this.#parts.host.log.warn(
        { destination: this.#settings.name, reason },
        'the destination cannot be reached or is busy; forwarding goes on when it answers',
      );
    this.#failing = true;
    this.#noteError(reason);
  }

  #noteError(reason: string): void {
    this.#lastError = { atUnixNano: this.#parts.host.clock.unixNano(), reason };
  }

  #logOnce(kind: string, fields: object, message: string): void {
    if (this.#logged.has(kind) || this.#logged.size >= LOGGED_MAX) return;
    this.#logged.add(kind);
    this.#parts.host.log.warn({ destination: this.#settings.name, ...fields }, message);
  }
}
