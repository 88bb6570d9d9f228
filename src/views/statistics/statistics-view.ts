/** Counts, errors and quantiles over time, by a key: what the reader counted, as it counted it. */
import type { Clock } from '../../model/clock.ts';
import { InvalidParameter } from '../../model/errors.ts';
import type { Statistics } from '../../model/statistics.ts';
import type { StatisticsKey, TimeRange } from '../../store/contracts/trace-reader.ts';
import { RawParams } from '../params/raw-params.ts';
import type { View } from '../view.ts';
import { STATISTICS_KEYS } from '../view-choices.ts';
import { stepFor } from './statistics-step.ts';

export interface StatisticsParams {
  /** @default total */
  readonly by: StatisticsKey;
  /** @default the hour that ends now */
  readonly range: TimeRange;
  /** Whole minutes. @default such that there are at most 120 points */
  readonly stepNano: bigint;
  readonly service?: string;
}

/** Parameters of a range, for views that take one. */
export const RANGE_PARAMS: readonly string[] = ['last', 'from', 'to'];
export const RANGE_DEFAULT_NANO = 3_600_000_000_000n;
const POINTS_MAX = 10_080n;
const MINUTE_NANO = 60_000_000_000n;

export function statisticsView(clock: Clock): View<StatisticsParams, Statistics> {
  return {
    name: 'statistics',

    parseParams(raw) {
      const params = new RawParams(raw, ['by', 'step', 'service', ...RANGE_PARAMS]);
      const range = params.range(clock.unixNano(), RANGE_DEFAULT_NANO);
      const service = params.text('service');
      return {
        by: params.choice('by', STATISTICS_KEYS) ?? 'total',
        range,
        stepNano: stepOf(params, range),
        ...(service === undefined ? {} : { service }),
      };
    },

    async render(reader, { range, by, stepNano, service }, signal) {
      const where = service === undefined ? {} : { service };
      const statistics = await reader.statistics(range, by, stepNano, where);
      signal.throwIfAborted();
      return statistics;
    },
  };
}

function stepOf(params: RawParams, range: TimeRange): bigint {
  const step = params.durationNano('step');
  if (step === undefined) return stepFor(range.fromUnixNano, range.toUnixNano);
  if (step === 0n || step % MINUTE_NANO !== 0n) {
    throw new InvalidParameter('step', 'expected whole minutes, such as 1m or 1h');
  }
  if ((range.toUnixNano - range.fromUnixNano) / step >= POINTS_MAX) {
    throw new InvalidParameter('step', `expected fewer than ${POINTS_MAX} steps in the range`);
  }
  return step;
}
