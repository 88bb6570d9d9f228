/** Parameters that several endpoints take, and the words in which values are written. */
import * as v from 'valibot';
import { InvalidParameter } from '../../model/errors.ts';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import { COLUMN_LENGTH_MAX, COLUMNS_MAX } from '../../views/view-choices.ts';
import type { GivenParameters, Parameter } from './route.ts';

export const ID: v.GenericSchema<string> = v.pipe(v.string(), v.regex(/^[0-9a-fA-F]{32}$/));
const SPAN_ID: v.GenericSchema<string> = v.pipe(v.string(), v.regex(/^[0-9a-fA-F]{16}$/));
export const TEXT: v.GenericSchema<string> = v.string();
export const DURATION: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.regex(/^[0-9]{1,15}(\.[0-9]{1,12})? ?(ns|us|µs|μs|ms|s|m|min|h|d)$/),
);
/** Whole nanoseconds, a date, or a date and a time. */
export const TIME: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.regex(
    /^([0-9]{1,20}|[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})?)?)$/,
  ),
);

export function whole(min: number, max: number): v.GenericSchema<number> {
  return v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
}

export const traceIdParameter: Parameter = {
  name: 'trace_id',
  in: 'path',
  description: '32 hexadecimal digits, not all zero.',
  schema: ID,
  example: '4bf92f3577b34da6a3ce929d0e0e4736',
};

export const subtreeParameter: Parameter = {
  name: 'subtree',
  in: 'query',
  description: 'Only this span and all below it.',
  schema: SPAN_ID,
  example: '00f067aa0ba902b7',
};

export const serviceParameter: Parameter = {
  name: 'service',
  in: 'query',
  description: 'Only this service, as `service.name` has it.',
  schema: TEXT,
  example: 'shop',
};

export const operationParameter: Parameter = {
  name: 'operation',
  in: 'query',
  description: 'The name of a span.',
  schema: TEXT,
  example: 'GET /cart',
};

const WHEN = 'RFC 3339, or nanoseconds since 1970; a date alone is its midnight in UTC.';

export const rangeParameters: readonly Parameter[] = [
  {
    name: 'last',
    in: 'query',
    description: 'The time until now, instead of `from` and `to`.',
    schema: DURATION,
    example: '15m',
  },
  {
    name: 'from',
    in: 'query',
    description: `From this moment on. ${WHEN}`,
    schema: TIME,
    example: '2026-01-02T03:04:05Z',
  },
  {
    name: 'to',
    in: 'query',
    description: `Before this moment. ${WHEN}`,
    schema: TIME,
    example: '2026-01-02T04:00:00Z',
  },
];

export const YES_OR_NO = ['true', 'false'] as const;

/** @param given as it came; absent is no. @throws InvalidParameter */
export function yesOrNo(name: string, given: GivenParameters[string] | undefined): boolean {
  const [value = 'false', ...more] = typeof given === 'string' ? [given] : (given ?? []);
  if (more.length > 0 || !YES_OR_NO.some((word) => word === value))
    throw new InvalidParameter(name, 'expected true or false');
  return value === 'true';
}

export const columnParameter: Parameter = {
  name: 'column',
  in: 'query',
  description: `The key of an attribute that is told of each trace, up to ${COLUMNS_MAX} times: what the root says, or else the first span that says something.`,
  schema: v.pipe(v.string(), v.maxLength(COLUMN_LENGTH_MAX)),
  example: 'http.route',
  repeated: true,
};

/** What one span must be, and the whole of its trace: all must hold together. */
export const filterParameters: readonly Parameter[] = [
  serviceParameter,
  operationParameter,
  {
    name: 'status',
    in: 'query',
    description: 'The status of a span.',
    schema: v.picklist(['Running', 'Completed', 'Failed']),
    example: 'Failed',
  },
  {
    name: 'kind',
    in: 'query',
    description: 'What the span was.',
    schema: v.picklist(SPAN_KINDS),
    example: 'DatabaseQuery',
  },
  {
    name: 'min_duration',
    in: 'query',
    description: 'Spans that took at least this long.',
    schema: DURATION,
    example: '200ms',
  },
  {
    name: 'max_duration',
    in: 'query',
    description: 'Spans that took at most this long.',
    schema: DURATION,
    example: '1.5s',
  },
  {
    name: 'min_trace_duration',
    in: 'query',
    description:
      'Traces that took at least this long as a whole, from the earliest start to the latest end; what runs, until now.',
    schema: DURATION,
    example: '1s',
  },
  {
    name: 'max_trace_duration',
    in: 'query',
    description: 'Traces that took at most this long as a whole.',
    schema: DURATION,
    example: '10s',
  },
  ...rangeParameters,
  {
    name: 'attribute',
    in: 'query',
    description:
      '`key=value` of the span or else of its resource, up to 16 times; all must hold together.',
    schema: v.pipe(v.string(), v.regex(/^[^=]+=/)),
    example: 'http.response.status_code=500',
    repeated: true,
  },
];
