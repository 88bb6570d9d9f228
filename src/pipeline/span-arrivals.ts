/**
 * Passes on that spans arrive, to those who follow it. While nobody does it costs one comparison a request. Whoever subscribes
 * bounds how many may.
 */
import type { SpanBatch } from '../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../otlp/span-columns.ts';
import type { ArrivalListener, Arrivals } from '../store/contracts/arrivals.ts';

const STATUS_ERROR = 2 << BITS.statusShift;

export class SpanArrivals implements Arrivals {
  readonly #listeners = new Set<ArrivalListener>();

  get isFollowed(): boolean {
    return this.#listeners.size > 0;
  }

  subscribe(listener: ArrivalListener, signal: AbortSignal): void {
    if (signal.aborted) return;
    // One of its own, so that a function may subscribe twice.
    const own: ArrivalListener = (spans, errors) => listener(spans, errors);
    this.#listeners.add(own);
    signal.addEventListener('abort', () => this.#listeners.delete(own), { once: true });
  }

  /** Reads the batch before it returns. */
  received({ rows, count }: SpanBatch): void {
    if (this.#listeners.size === 0) return;
    let errors = 0;
    for (let at = COLUMN.bits; at < count * STRIDE; at += STRIDE) {
      if ((rows[at]! & BITS.statusMask) === STATUS_ERROR) errors++;
    }
    this.#tell(count, errors);
  }

  /** Something that was there may look different now. */
  changed(): void {
    if (this.#listeners.size > 0) this.#tell(0, 0);
  }

  #tell(spans: number, errors: number): void {
    for (const listener of this.#listeners) listener(spans, errors);
  }
}
