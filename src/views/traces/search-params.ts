/** What is searched for, and which page of it, as a URL has it. */
import type { Clock } from '../../model/clock.ts';
import { InvalidParameter } from '../../model/errors.ts';
import type { TraceQuery } from '../../store/contracts/trace-query.ts';
import { RawParams } from '../params/raw-params.ts';
import { COLUMN_LENGTH_MAX, COLUMNS_MAX } from '../view-choices.ts';
import { FILTER_NAMES, filterOf } from './span-filter-params.ts';

const CURSOR_LENGTH_MAX = 1_024;

export const COLUMN_NAME = 'column';

/** Attributes that are told of each trace. @throws InvalidParameter */
export function columnsOf(params: RawParams): Pick<TraceQuery, 'columns'> {
  const columns = [...new Set(params.all(COLUMN_NAME))];
  if (columns.length > COLUMNS_MAX || columns.some(({ length }) => length > COLUMN_LENGTH_MAX)) {
    const bounds = `at most ${COLUMNS_MAX} keys of at most ${COLUMN_LENGTH_MAX} characters`;
    throw new InvalidParameter(COLUMN_NAME, `expected ${bounds}`);
  }
  return columns.length === 0 ? {} : { columns };
}

/** @throws InvalidParameter */
export function searchOf(raw: unknown, clock: Clock, limitMax: number): TraceQuery {
  const params = new RawParams(raw, [...FILTER_NAMES, COLUMN_NAME, 'limit', 'cursor']);
  const limit = params.integer('limit', 1, limitMax);
  const cursor = params.text('cursor');
  if ((cursor?.length ?? 0) > CURSOR_LENGTH_MAX) {
    throw new InvalidParameter('cursor', 'expected the `next` of another page');
  }
  return {
    ...filterOf(params, clock),
    ...columnsOf(params),
    ...(limit === undefined ? {} : { limit }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}
