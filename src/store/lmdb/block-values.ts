/**
 * Filters over the attribute values of young blocks, for searches that are asked again. Made when nothing else is to be done, of
 * blocks that a search had to look into in vain: when a block is written it would cost receiving a sixth, and columns have
 * filters of their own. Bounds: FILTERS_MAX filters of some 2 KiB, as many blocks that wait for one; a slice of SLICE_MS at a time.
 */
import { LRUCache } from 'lru-cache';
import { ValueFilterBuilder } from './value-filter.ts';

const FILTERS_MAX = 8_192;
const SLICE_MS = 4;
/** Between two slices: others come first. */
const PAUSE_MS = 8;

/** Hashes of all attribute values of a block; undefined where they cannot be told. */
export type ReadValues = (partition: number, block: number) => Uint32Array | undefined;

export class BlockValues {
  readonly #read: ReadValues;
  readonly #builder = new ValueFilterBuilder();
  readonly #filters = new LRUCache<string, Uint8Array | 'unknown'>({ max: FILTERS_MAX });
  readonly #wanted = new Map<string, readonly [partition: number, block: number]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(read: ReadValues) {
    this.#read = read;
  }

  /** Undefined where there is none, or none that tells anything. */
  filter(partition: number, block: number): Uint8Array | undefined {
    const filter = this.#filters.get(keyOf(partition, block));
    return typeof filter === 'object' ? filter : undefined;
  }

  /** It was looked into in vain. */
  want(partition: number, block: number): void {
    const key = keyOf(partition, block);
    if (this.#filters.has(key) || this.#wanted.size >= FILTERS_MAX) return;
    this.#wanted.set(key, [partition, block]);
    this.#later();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted.clear();
    this.#filters.clear();
  }

  #later(): void {
    this.#timer ??= setTimeout(() => this.#slice(), PAUSE_MS).unref();
  }

  #slice(): void {
    this.#timer = undefined;
    const until = performance.now() + SLICE_MS;
    for (const [key, [partition, block]] of this.#wanted) {
      this.#wanted.delete(key);
      const values = this.#read(partition, block);
      this.#filters.set(key, values === undefined ? 'unknown' : this.#builder.build(values));
      if (performance.now() >= until) break;
    }
    if (this.#wanted.size > 0) this.#later();
  }
}

function keyOf(partition: number, block: number): string {
  return `${partition}/${block}`;
}
