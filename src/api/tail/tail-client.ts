/**
 * One client of the live tail: from what arrives to the text of its events, one at a time and only when the client has taken the
 * one before. So nothing is gathered for a client that is slow: its next look tells all that came meanwhile, and what came and went
 * is told as a gap.
 *
 * A look is taken when something has arrived, SETTLE_MS later so that it is durable and its neighbours are there, and not before
 * the last one is TICK_MS ago, and as much longer as looking took: all clients together take a fifth of the query thread at most.
 */
import type { Clock } from '../../model/clock.ts';
import { InvalidParameter } from '../../model/errors.ts';
import type { Arrivals } from '../../store/contracts/arrivals.ts';
import type { Counters } from '../../telemetry/counters.ts';
import type { TailLook } from '../../views/tail/tail-view.ts';
import { eventText, HEARTBEAT, openingText } from './event-text.ts';

const TICK_MS = 250;
const SETTLE_MS = 100;
/** Times what a look took. */
const REST = 4;
const RATE_MS = 1_000;
const HEARTBEAT_MS = 15_000;
/** Of one trace: a process that falls silent tells nobody. */
const LOOK_AGAIN_MS = 5_000;
const RETRY_MS = 1_000;

export interface TailParts {
  readonly arrivals: Arrivals;
  readonly clock: Clock;
  readonly counters: Counters;
  /** A look since a cursor. */
  readonly look: (after: string | undefined) => Promise<TailLook>;
  /** Of cursors: those of another process mean nothing here. */
  readonly life: string;
  /** Aborts when the client has gone, or everybody has to go. */
  readonly signal: AbortSignal;
}

export interface TailWishes {
  /** Rates alone: no look is taken. */
  readonly onlyRate: boolean;
  /** Looks tell of one trace. */
  readonly isOfTrace: boolean;
  /** Last-Event-ID. */
  readonly lastId: string | undefined;
}

export class TailClient {
  readonly #parts: TailParts;
  readonly #wishes: TailWishes;
  readonly #begin: string | undefined;
  #cursor: string | undefined;
  #revision: string | undefined;
  /** Monotonic, as all times here. Undefined while nothing has come since the last look. */
  #lookAtMs: number | undefined;
  #restUntilMs = 0;
  #spans = 0;
  #errors = 0;
  #rateAtMs: number;
  /** The last rate told was zero. */
  #saidNothing = false;
  #sentAtMs: number;
  #wake: () => void = () => {};

  /** `start`: a look without a cursor, which also showed that the wishes can be met. */
  constructor(parts: TailParts, wishes: TailWishes, start: TailLook | undefined) {
    this.#parts = parts;
    this.#wishes = wishes;
    this.#cursor = this.#begin = start?.cursor;
    this.#rateAtMs = this.#sentAtMs = parts.clock.monotonicMs();
    parts.arrivals.subscribe((spans, errors) => this.#note(spans, errors), parts.signal);
  }

  /** Wakes the loop only where that makes it do something sooner. */
  #note(spans: number, errors: number): void {
    const begins = spans > 0 && this.#spans === 0 && this.#saidNothing;
    if (begins) this.#rateAtMs = this.#nowMs();
    this.#spans += spans;
    this.#errors += errors;
    const isLate = this.#lookAtMs !== undefined || this.#wishes.onlyRate;
    if (!isLate) this.#lookAtMs = this.#nowMs() + SETTLE_MS;
    if (begins || !isLate) this.#wake();
  }

  async *events(): AsyncGenerator<string> {
    yield openingText(RETRY_MS, this.#id());
    yield* this.#resume();
    const { signal } = this.#parts;
    while (!signal.aborted) {
      const texts = [...(await this.#look()), ...this.#rate()];
      if (texts.length === 0) texts.push(...this.#heartbeat());
      if (signal.aborted) return;
      for (const text of texts) {
        yield text;
        this.#sentAtMs = this.#nowMs();
      }
      if (texts.length === 0) await this.#sleep(this.#dueMs() - this.#nowMs());
    }
  }

  /** Goes on where the client was, or says that it cannot. */
  *#resume(): Generator<string> {
    const { lastId, onlyRate, isOfTrace } = this.#wishes;
    if (isOfTrace) this.#lookAtMs = this.#nowMs();
    if (lastId === undefined || onlyRate || isOfTrace) return;
    const { life } = this.#parts;
    if (lastId.startsWith(`${life}.`)) {
      this.#cursor = lastId.slice(life.length + 1);
      this.#lookAtMs = this.#nowMs();
    } else yield* this.#beginAnew();
  }

  async #look(): Promise<readonly string[]> {
    const nowMs = this.#nowMs();
    if (this.#wishes.onlyRate || nowMs < this.#lookDueMs()) return [];
    this.#lookAtMs = undefined;
    let look: TailLook;
    try {
      look = await this.#parts.look(this.#cursor);
    } catch (error) {
      if (error instanceof InvalidParameter) return this.#beginAnew();
      // Too many ask at once, or the thread that reads is started anew: whatever came is still to be told.
      this.#lookAtMs = this.#nowMs();
      this.#restUntilMs = this.#nowMs() + RETRY_MS;
      return [];
    }
    const tookMs = this.#nowMs() - nowMs;
    this.#restUntilMs = nowMs + Math.max(TICK_MS, tookMs * (REST + 1));
    return this.#wishes.isOfTrace ? this.#changed(look) : this.#traces(look);
  }

  /** What the client gave back was no cursor after all. */
  #beginAnew(): string[] {
    this.#cursor = this.#begin;
    return [eventText({ event: 'gap', id: this.#id(), data: { reason: 'restarted' } })];
  }

  #traces({ items, more, lost, cursor }: TailLook): string[] {
    this.#cursor = cursor;
    const id = this.#id();
    const texts: string[] = [];
    if (lost > 0) {
      texts.push(eventText({ event: 'gap', id, data: { reason: 'overwritten', spans: lost } }));
    }
    if (items.length > 0 || more > 0) {
      texts.push(eventText({ event: 'traces', id, data: { items, more } }));
    }
    return texts;
  }

  #changed({ revision }: TailLook): string[] {
    if (revision === undefined || revision === this.#revision) return [];
    this.#revision = revision;
    return [eventText({ event: 'changed', data: { revision } })];
  }

  /** Once a second while there is something to say, and once that there is nothing any more. */
  *#rate(): Generator<string> {
    const nowMs = this.#nowMs();
    if (nowMs < this.#rateDueMs()) return;
    const seconds = Math.max(nowMs - this.#rateAtMs, 1) / 1_000;
    const perSecond = (count: number) => Math.round((count / seconds) * 10) / 10;
    const [spansPerSecond, errorsPerSecond] = [perSecond(this.#spans), perSecond(this.#errors)];
    this.#saidNothing = this.#spans === 0;
    this.#rateAtMs = nowMs;
    this.#spans = 0;
    this.#errors = 0;
    const dropped = this.#parts.counters.allDropped();
    yield eventText({ event: 'rate', data: { spansPerSecond, errorsPerSecond, dropped } });
  }

  *#heartbeat(): Generator<string> {
    if (this.#nowMs() - this.#sentAtMs >= HEARTBEAT_MS) yield HEARTBEAT;
  }

  #dueMs(): number {
    const heartbeat = this.#sentAtMs + HEARTBEAT_MS;
    const look = this.#wishes.onlyRate ? Number.POSITIVE_INFINITY : this.#lookDueMs();
    return Math.min(heartbeat, look, this.#rateDueMs());
  }

  #lookDueMs(): number {
    const again = this.#wishes.isOfTrace ? this.#restUntilMs + LOOK_AGAIN_MS : Infinity;
    return Math.max(this.#restUntilMs, Math.min(this.#lookAtMs ?? Infinity, again));
  }

  #rateDueMs(): number {
    return this.#spans === 0 && this.#saidNothing ? Infinity : this.#rateAtMs + RATE_MS;
  }

  #id(): string | undefined {
    return this.#cursor === undefined ? undefined : `${this.#parts.life}.${this.#cursor}`;
  }

  async #sleep(delayMs: number): Promise<void> {
    const { clock, signal } = this.#parts;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.schedule(Math.max(0, delayMs), resolve);
    this.#wake = resolve;
    signal.addEventListener('abort', this.#wakeUp);
    if (signal.aborted) resolve();
    await promise;
    signal.removeEventListener('abort', this.#wakeUp);
    cancel();
  }

  readonly #wakeUp = (): void => this.#wake();

  #nowMs(): number {
    return this.#parts.clock.monotonicMs();
  }
}
