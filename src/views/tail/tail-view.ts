/**
 * One look at what has arrived since another: what a live tail is made of. Either the traces that have a new span such as asked
 * for, or, of one trace, whether something of it has changed. Bound: TRACES_A_LOOK; the rest is counted.
 */
import type { Clock } from '../../model/clock.ts';
import type { TraceId } from '../../model/ids.ts';
import type { TraceSummary } from '../../model/trace-summary.ts';
import type { TraceReader } from '../../store/contracts/trace-reader.ts';
import { RawParams } from '../params/raw-params.ts';
import { COLUMN_NAME, columnsOf } from '../traces/search-params.ts';
import { FILTER_NAMES, filterOf, type GivenFilter } from '../traces/span-filter-params.ts';
import type { View } from '../view.ts';

export interface TailParams {
  readonly filter: GivenFilter;
  /** As in a TraceQuery. */
  readonly columns?: readonly string[];
  /** Of one trace alone. */
  readonly traceId?: TraceId;
  /** TailLook.cursor of another look. Without it only where to begin is answered. */
  readonly after?: string;
}

export interface TailLook {
  /** As they are now; the last to get a span first. */
  readonly items: readonly TraceSummary[];
  /** Traces with something new that are left out. */
  readonly more: number;
  /** Spans that came and went between the two looks. */
  readonly lost: number;
  /** Undefined where one trace is asked for. */
  readonly cursor: string | undefined;
  /** Of that trace; undefined where nothing of it is known. */
  readonly revision: string | undefined;
}

const TRACES_A_LOOK = 50;

export function tailView(clock: Clock): View<TailParams, TailLook> {
  return {
    name: 'tail',

    parseParams(raw) {
      const params = new RawParams(raw, [...FILTER_NAMES, COLUMN_NAME, 'trace_id', 'after']);
      const filter = filterOf(params, clock);
      const after = params.text('after');
      return {
        filter,
        ...columnsOf(params),
        ...(params.text('trace_id') === undefined ? {} : { traceId: params.traceId() }),
        ...(after === undefined ? {} : { after }),
      };
    },

    async render(reader, { filter, columns, traceId, after }, signal) {
      if (traceId !== undefined) {
        const revision = await revisionOf(reader, traceId, signal);
        return { items: [], more: 0, lost: 0, cursor: undefined, revision };
      }
      const { lastNano: _lastNano, ...spans } = filter;
      const told = columns === undefined ? {} : { columns };
      const query = {
        ...spans,
        ...told,
        ...(after === undefined ? {} : { after }),
        limit: TRACES_A_LOOK,
      };
      return { ...(await reader.arrived(query, signal)), revision: undefined };
    },
  };
}

async function revisionOf(
  reader: TraceReader,
  traceId: TraceId,
  signal: AbortSignal,
): Promise<string | undefined> {
  return (await reader.revision(traceId)) ?? (await reader.trace(traceId, signal))?.revision;
}
