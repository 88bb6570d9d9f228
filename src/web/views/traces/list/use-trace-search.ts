/** The search that the page is at: asked for when it begins, followed while it is live, asked again when the collector is back. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { cameBack } from '../../../app/location.ts';
import { type Query, urlOf } from '../../../data/api.ts';
import { lives } from '../../../data/connection.ts';
import { openTail } from '../../../data/tail.ts';
import type { OrderName } from './list-order.ts';
import { type TraceSearch, traceSearch } from './trace-search.ts';

export interface FollowedSearch {
  /** Of the query; of the one before while that is still asked for. */
  readonly search: TraceSearch;
  /** Whether it is that of the query. */
  readonly isCurrent: boolean;
}

export function useTraceSearch(query: Query, order: OrderName, isLive: boolean): FollowedSearch {
  const key = urlOf(order, query);
  // The key says all of the query.
  const wanted = useMemo(() => traceSearch(query, order, cameBack.peek()), [key]);
  const life = lives.value;
  // A new life of the collector is asked anew.
  useEffect(() => {
    void wanted.load();
    return () => wanted.stop();
  }, [wanted, life]);
  // A new life of the collector has a new tail.
  const isRefused = wanted.error.value !== undefined;
  useEffect(() => {
    if (!isLive || isRefused) return;
    return openTail(wanted.query, {
      onTraces: (traces) => wanted.arrive(traces),
      onOpen: () => void wanted.refresh(false),
      onGap: () => void wanted.refresh(true),
    });
  }, [wanted, isLive, isRefused, life]);
  const shown = useRef(wanted);
  const isReady = wanted.hasLoaded.value || wanted.error.value !== undefined;
  if (isReady) shown.current = wanted;
  return { search: shown.current, isCurrent: isReady };
}
