/** How far the pages of one search looked, added up. */
import type { SearchProgress } from '../../store/contracts/trace-query.ts';
import type { HistogramProgress } from './histogram-view.ts';

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

  progress(complete: boolean): HistogramProgress {
    const [memory, store] = [this.#memory, this.#store];
    const { spans, of } = store.of > 0 ? store : memory;
    return { spans: Math.min(spans, of), of, complete, memory, store };
  }
}
