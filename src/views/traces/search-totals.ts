/** How far the pages of one search looked, added up. */
import type { SearchProgress } from '../../store/contracts/trace-query.ts';

/** How far a search looked. */
export interface TotalProgress extends SearchProgress {
  /** Of the store, or of memory where nothing is stored. */
  readonly spans: number;
  readonly of: number;
  /** All of the range was looked at. */
  readonly complete: boolean;
}

export interface LookedThrough {
  readonly traces: number;
  /** Where another look goes on; undefined where all has been looked at. */
  readonly next: string | undefined;
  readonly examined: TotalProgress;
}

export class SearchTotals {
  readonly #memory = { spans: 0, of: 0 };
  readonly #store = { spans: 0, of: 0, blocksRead: 0, blocksTotal: 0 };

  add({ memory, store }: SearchProgress): void {
    this.#memory.spans += memory.spans;
    this.#store.spans += store.spans;
    this.#store.blocksRead += store.blocksRead;
    // What there is may grow meanwhile, and a page does not look everywhere.
    this.#memory.of = Math.max(this.#memory.of, memory.of);
    this.#store.of = Math.max(this.#store.of, store.of);
    this.#store.blocksTotal = Math.max(this.#store.blocksTotal, store.blocksTotal);
  }

  progress(complete: boolean): TotalProgress {
    const [memory, store] = [this.#memory, this.#store];
    const { spans, of } = store.of > 0 ? store : memory;
    return { spans: Math.min(spans, of), of, complete, memory, store };
  }
}
