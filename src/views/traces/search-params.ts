/** What is searched for, and which page of it, as a URL has it. */
import type { Clock } from '../../model/clock.ts';
import { InvalidParameter } from '../../model/errors.ts';
import type { TraceQuery } from '../../store/contracts/trace-query.ts';
import { RawParams } from '../params/raw-params.ts';
import { FILTER_NAMES, filterOf } from './span-filter-params.ts';

const CURSOR_LENGTH_MAX = 1_024;

/** @throws InvalidParameter */
export function searchOf(raw: unknown, clock: Clock, limitMax: number): TraceQuery {
  const params = new RawParams(raw, [...FILTER_NAMES, 'limit', 'cursor']);
  const limit = params.integer('limit', 1, limitMax);
  const cursor = params.text('cursor');
  if ((cursor?.length ?? 0) > CURSOR_LENGTH_MAX) {
    throw new InvalidParameter('cursor', 'expected the `next` of another page');
  }
  return {
    ...filterOf(params, clock),
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}
