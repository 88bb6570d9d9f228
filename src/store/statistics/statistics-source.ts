import type { MinuteStatistics } from './minute-statistics.ts';

/**
 * Where a reader's statistics come from: exactly one place for every span that was received. What it
 * gives is read before the next minute is asked for, and not kept.
 */
export interface StatisticsSource {
  /** Minutes since the Unix epoch with anything in them, from `from` up to but not including `to`, rising. */
  minutes(from: number, to: number): AsyncIterable<MinuteStatistics>;
}
