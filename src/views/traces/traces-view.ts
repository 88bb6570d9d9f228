/** The search for traces: parameters of a URL into a query, which the reader answers. */
import type { Clock } from '../../model/clock.ts';
import type { SearchPage, TraceQuery } from '../../store/contracts/trace-query.ts';
import type { View } from '../view.ts';
import { TRACES_MAX } from '../view-choices.ts';
import { searchOf } from './search-params.ts';

export function tracesView(clock: Clock): View<TraceQuery, SearchPage> {
  return {
    name: 'traces',
    parseParams: (raw) => searchOf(raw, clock, TRACES_MAX),
    render: (reader, query, signal) => reader.search(query, signal),
  };
}
