/** In which order the list comes, and what it does in that order with pages and with what arrives. */
import type { TailTraces } from '../../../data/tail.ts';
import {
  SLOWEST_MAX,
  withFirstSlowest,
  withSlowArrived,
  withSlowestPage,
  withSlowReleased,
} from './slowest-state.ts';
import {
  type FirstPage,
  type SearchPage,
  type TraceListState,
  withArrived,
  withFirstPage,
  withPage,
  withReleased,
} from './trace-list-state.ts';

export type OrderName = 'newest' | 'slowest';

export interface ListOrder {
  readonly name: OrderName;
  /** Of the API. */
  readonly path: string;
  /** Rows a page. */
  readonly limit: number;
  withPage(state: TraceListState, page: SearchPage): TraceListState;
  withFirstPage(state: TraceListState, given: Omit<FirstPage, 'limit'>): TraceListState;
  withArrived(state: TraceListState, traces: TailTraces): TraceListState;
  withReleased(state: TraceListState): TraceListState;
}

const PAGE = 100;

export const LIST_ORDERS: Readonly<Record<OrderName, ListOrder>> = {
  newest: {
    ...{ name: 'newest', path: '/traces', limit: PAGE, withArrived, withReleased },
    withPage: (state, page) => withPage(state, page, PAGE),
    withFirstPage: (state, given) => withFirstPage(state, { ...given, limit: PAGE }),
  },
  slowest: {
    ...{ name: 'slowest', path: '/traces/slowest', limit: SLOWEST_MAX },
    ...{ withPage: withSlowestPage, withFirstPage: withFirstSlowest },
    ...{ withArrived: withSlowArrived, withReleased: withSlowReleased },
  },
};
