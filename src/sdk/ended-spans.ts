/**
 * Spans that have ended and wait to be encoded: references in a circular buffer of fixed size, first in,
 * first out. A span that finds it full is refused; counting that is the caller's.
 */
import type { SdkSpan } from '../otlp/write-sdk-span.ts';

export class EndedSpans {
  readonly capacity: number;
  /** Number of the next span to be taken, counted from the first one ever. */
  taken = 0;
  count = 0;
  readonly #slots: (SdkSpan | undefined)[];
  #first = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#slots = new Array<SdkSpan | undefined>(capacity).fill(undefined);
  }

  /** False where it is full. */
  push(span: SdkSpan): boolean {
    const { capacity, count } = this;
    if (count === capacity) return false;
    const at = this.#first + count;
    this.#slots[at < capacity ? at : at - capacity] = span;
    this.count = count + 1;
    return true;
  }

  /** The oldest; it stays. */
  peek(): SdkSpan | undefined {
    return this.#slots[this.#first];
  }

  /** Lets go of the oldest. */
  drop(): void {
    if (this.count === 0) return;
    this.#slots[this.#first] = undefined;
    this.#first = this.#first + 1 === this.capacity ? 0 : this.#first + 1;
    this.count--;
    this.taken++;
  }
}
