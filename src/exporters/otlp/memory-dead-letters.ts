import type { DeadLetter, DeadLetterStore } from './cursor-store.ts';

/** Dead letters while persistence is off: a bounded list in memory, the oldest leave first. */
export class MemoryDeadLetters implements DeadLetterStore {
  readonly #bytesMax: number;
  readonly #letters: DeadLetter[] = [];
  #bytes = 0;

  /** @default 4 MiB */
  constructor(bytesMax: number = 4 * 1024 * 1024) {
    this.#bytesMax = bytesMax;
  }

  add(letter: DeadLetter): Promise<number> {
    this.#letters.push(letter);
    this.#bytes += letter.request.length;
    let gone = 0;
    while (this.#bytes > this.#bytesMax) {
      const oldest = this.#letters.shift()!;
      this.#bytes -= oldest.request.length;
      gone += oldest.spanCount;
    }
    return Promise.resolve(gone);
  }

  list(limit: number): Promise<readonly DeadLetter[]> {
    return Promise.resolve(this.#letters.slice(0, limit));
  }
}
