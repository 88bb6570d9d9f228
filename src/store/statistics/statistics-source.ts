import type { MinuteStatistics } from './minute-statistics.ts';

/**
 * Where a reader's statistics come from: exactly one place for every span that was received. What it
 * gives is read before the next minute is asked for, and not kept.
 */
export interface StatisticsSource {
  /**
   * Minutes since the Unix epoch with anything in them, from `from` up to but not including `to`; one may come in several
   * parts, and in any order. Where `unitMax` is 60 or 1,440, whole hours or days of the range may come added up, under
   * their first minute.
   */
  minutes(from: number, to: number, unitMax?: number): AsyncIterable<MinuteStatistics>;
}
