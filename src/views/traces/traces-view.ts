/** The search for traces: parameters of a URL into a query, which the reader answers. */
import type { Clock } from '../../model/clock.ts';
import { InvalidParameter } from '../../model/errors.ts';
import type { SearchPage, TraceQuery } from '../../store/contracts/trace-query.ts';
import { RawParams } from '../params/raw-params.ts';
import type { View } from '../view.ts';
import { TRACES_MAX } from '../view-choices.ts';
import { FILTER_NAMES, filterOf } from './span-filter-params.ts';

const CURSOR_LENGTH_MAX = 1_024;

export function tracesView(clock: Clock): View<TraceQuery, SearchPage> {
  return {
    name: 'traces',

    parseParams(raw) {
      const params = new RawParams(raw, [...FILTER_NAMES, 'limit', 'cursor']);
      const limit = params.integer('limit', 1, TRACES_MAX);
      const cursor = params.text('cursor');
      if ((cursor?.length ?? 0) > CURSOR_LENGTH_MAX) {
        throw new InvalidParameter('cursor', 'expected the `next` of another page');
      }
      return {
        ...filterOf(params, clock),
        ...(limit === undefined ? {} : { limit }),
        ...(cursor === undefined ? {} : { cursor }),
      };
    },

    render: (reader, query, signal) => reader.search(query, signal),
  };
}
