/**
 * Answers about ranges of time that end now, kept for a few seconds: many who look at the same thing have it worked out once, and
 * who asks while that is going on waits for it. Bound: ANSWERS_MAX.
 */
import type { Clock } from '../../model/clock.ts';
import type { TimeRange } from '../../store/contracts/trace-reader.ts';

const ANSWERS_MAX = 16;

interface Kept<Answer> {
  readonly untilMs: number;
  readonly answer: Promise<Answer>;
}

export class KeptAnswers<Answer> {
  readonly #clock: Clock;
  readonly #keptMs: number;
  /** By range, of which the ends count only roughly. The oldest first. */
  readonly #kept = new Map<string, Kept<Answer>>();

  constructor(clock: Clock, keptMs: number) {
    this.#clock = clock;
    this.#keptMs = keptMs;
  }

  async of({ fromUnixNano, toUnixNano }: TimeRange, make: () => Promise<Answer>): Promise<Answer> {
    const nowMs = this.#clock.monotonicMs();
    const nowUnixNano = this.#clock.unixNano();
    const sinceEnd = nowUnixNano - toUnixNano;
    const isUntilNow = sinceEnd >= 0n && sinceEnd < BigInt(this.#keptMs) * 1_000_000n;
    const length = toUnixNano - fromUnixNano;
    const key = isUntilNow ? `last ${length}` : `${fromUnixNano} ${toUnixNano}`;
    const known = this.#kept.get(key);
    if (known !== undefined && known.untilMs > nowMs) {
      // Whoever made it may have left before it was done.
      const answer = await known.answer.catch(() => undefined);
      if (answer !== undefined) return answer;
    }
    const answer = make();
    this.#kept.delete(key);
    this.#kept.set(key, { untilMs: nowMs + this.#keptMs, answer });
    // By then another may be kept there.
    answer.catch(() => {
      if (this.#kept.get(key)?.answer === answer) this.#kept.delete(key);
    });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= ANSWERS_MAX) break;
      this.#kept.delete(oldest);
    }
    return answer;
  }
}
