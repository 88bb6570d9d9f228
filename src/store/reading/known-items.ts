/**
 * What searches made of large traces lately. A list that is looked at is asked for again and again, and would read them anew each time:
 * from the second time on it is known, while every place says that it would give the same. Bound: ITEMS_MAX, the least lately used
 * go first; keeps no records.
 */
import type { TraceId } from '../../model/ids.ts';

const ITEMS_MAX = 500;
/** Reading fewer costs no more than asking what they are made of. */
const SPANS_MIN = 1_000;

export interface KnownItem<Item> {
  readonly item: Item;
  /** Whether it was read from copies that agree: whichever of them a filter finds, it finds what is shown. */
  readonly isAgreed: boolean;
  readonly holds: () => Promise<boolean>;
}

export class KnownItems<Item> {
  readonly #spansMin: number;
  /** Undefined: it is large, and what the next look makes of it is kept. The least lately used first. */
  readonly #items = new Map<string, KnownItem<Item> | undefined>();

  constructor(spansMin: number = SPANS_MIN) {
    this.#spansMin = spansMin;
  }

  /** Whether `add` would keep it, which needs a read that can say whether it holds. */
  isAwaited(traceId: TraceId, kind: string): boolean {
    return this.#items.has(keyOf(traceId, kind));
  }

  async find(traceId: TraceId, kind: string): Promise<Item | undefined> {
    const key = keyOf(traceId, kind);
    const known = this.#items.get(key);
    if (known?.isAgreed !== true || !(await known.holds())) return undefined;
    this.#put(key, known);
    return known.item;
  }

  /** `known` comes of a read of `spanCount` records. */
  add(traceId: TraceId, kind: string, spanCount: number, known: KnownItem<Item>): void {
    const key = keyOf(traceId, kind);
    if (spanCount < this.#spansMin) this.#items.delete(key);
    else this.#put(key, this.#items.has(key) ? known : undefined);
  }

  #put(key: string, known: KnownItem<Item> | undefined): void {
    this.#items.delete(key);
    this.#items.set(key, known);
    if (this.#items.size <= ITEMS_MAX) return;
    for (const oldest of this.#items.keys()) {
      this.#items.delete(oldest);
      break;
    }
  }
}

function keyOf(traceId: TraceId, kind: string): string {
  return `${traceId} ${kind}`;
}
