/** All that is held of a trace, read for one answer and let go: for searches, which sum traces up. */
import type { TraceId } from '../../model/ids.ts';
import { inTurns, type Steps } from '../../projection/in-turns.ts';
import type { SpanSource } from '../contracts/span-source.ts';
import { GivenRecords, SPANS_MAX } from './given-records.ts';
import type { OneByOne } from './one-by-one.ts';

export interface ReadOptions {
  /** Of large traces one is read at a time. */
  readonly large: OneByOne;
  readonly signal: AbortSignal;
  /** Somebody will ask whether what was read still holds. @default false */
  readonly isKept?: boolean;
}

/** Undefined where no span of it is held. */
export async function readWhole<Result>(
  sources: readonly SpanSource[],
  traceId: TraceId,
  { large, signal, isKept = false }: ReadOptions,
  use: (given: GivenRecords) => Steps<Result>,
): Promise<Result | undefined> {
  signal.throwIfAborted();
  const place = large.place();
  try {
    const bound = { spansMax: SPANS_MAX, roomForMany: () => place.take(), isForOnce: !isKept };
    const given = await GivenRecords.ask(sources, traceId, bound, signal);
    if (given.records.length === 0) return undefined;
    return await inTurns(use(given), signal);
  } finally {
    place.leave();
  }
}
