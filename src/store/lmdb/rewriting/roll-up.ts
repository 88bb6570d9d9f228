/**
 * A partition's statistics by minute, and added up by hour and day, so that a long range is read in few pieces. An hour or day
 * whose keys would not all fit is left out: its minutes tell more.
 */
import type { EncodedPeriod } from '../../segment/segment-writer.ts';
import { KEYS_MAX, MinuteStatistics } from '../../statistics/minute-statistics.ts';
import { decodeMinute, encodeMinute } from '../../statistics/statistics-codec.ts';
import type { Partition } from '../partition.ts';

const UNITS = [60, 1_440] as const;
const MINUTE_MAX = 0xffffffff;

/** `damaged` is called for each minute whose checksum fails: it has no place in the segment. */
export function* rolledUp(
  partition: Partition,
  damaged: (minute: number) => void,
): Generator<EncodedPeriod> {
  const sums = UNITS.map((unit) => new Sum(unit));
  for (const [minute, stored] of partition.statisticsBetween(0, MINUTE_MAX)) {
    // A view that the next read overwrites.
    const encoded = Buffer.from(stored);
    const decoded = decodeMinute(encoded);
    if (decoded === undefined) {
      damaged(minute);
      continue;
    }
    yield { unit: 1, minute, encoded };
    for (const sum of sums) yield* sum.add(decoded);
  }
  for (const sum of sums) yield* sum.take();
}

/** One hour or day at a time: minutes come in order. */
class Sum {
  readonly #unit: number;
  #period: MinuteStatistics | undefined;
  #isWhole = true;

  constructor(unit: number) {
    this.#unit = unit;
  }

  *add(minute: MinuteStatistics): Generator<EncodedPeriod> {
    const first = minute.minute - (minute.minute % this.#unit);
    if (this.#period?.minute !== first) {
      yield* this.take();
      this.#period = new MinuteStatistics(first);
    }
    if (this.#isWhole) this.#period!.merge(minute);
    this.#isWhole &&= this.#period!.size <= KEYS_MAX && this.#period!.capped === 0;
  }

  *take(): Generator<EncodedPeriod> {
    const period = this.#period;
    if (period !== undefined && this.#isWhole)
      yield { unit: this.#unit, minute: period.minute, encoded: encodeMinute(period) };
    this.#period = undefined;
    this.#isWhole = true;
  }
}
