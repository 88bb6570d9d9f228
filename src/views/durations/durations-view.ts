/** How many spans took how long: a histogram, from the sketches that were filled as spans came. */
import type { Clock } from '../../model/clock.ts';
import type { DurationBuckets } from '../../model/statistics.ts';
import type { StatisticsFilter, TimeRange } from '../../store/contracts/trace-reader.ts';
import { RawParams } from '../params/raw-params.ts';
import { RANGE_DEFAULT_NANO, RANGE_PARAMS } from '../statistics/statistics-view.ts';
import type { View } from '../view.ts';

export interface DurationsParams {
  /** @default the hour that ends now */
  readonly range: TimeRange;
  readonly where: StatisticsFilter;
}

export function durationsView(clock: Clock): View<DurationsParams, DurationBuckets> {
  return {
    name: 'durations',

    parseParams(raw) {
      const params = new RawParams(raw, ['service', 'operation', ...RANGE_PARAMS]);
      const service = params.text('service');
      const operation = params.text('operation');
      const where = {
        ...(service === undefined ? {} : { service }),
        ...(operation === undefined ? {} : { operation }),
      };
      return { range: params.range(clock.unixNano(), RANGE_DEFAULT_NANO), where };
    },

    async render(reader, { range, where }, signal) {
      const buckets = await reader.durationBuckets(range, where);
      signal.throwIfAborted();
      return buckets;
    },
  };
}
