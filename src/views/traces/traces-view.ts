/** The search for traces: parameters of a URL into a query, which the reader answers. */
import type { Clock } from '../../model/clock.ts';
import { InvalidParameter } from '../../model/errors.ts';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import type { SearchPage, SpanFilter, TraceQuery } from '../../store/contracts/trace-query.ts';
import { RawParams } from '../params/raw-params.ts';
import type { View } from '../view.ts';
import { TRACES_MAX } from '../view-choices.ts';

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

const CURSOR_LENGTH_MAX = 1_024;
const ATTRIBUTES_MAX = 16;
const NAMES = [
  'service',
  'operation',
  'status',
  'kind',
  'min_duration',
  'max_duration',
  'last',
  'from',
  'to',
  'attribute',
  'limit',
  'cursor',
] as const;

export function tracesView(clock: Clock): View<TraceQuery, SearchPage> {
  return {
    name: 'traces',
    parseParams: (raw) => parseQuery(new RawParams(raw, NAMES), clock),
    render: (reader, query, signal) => reader.search(query, signal),
  };
}

function parseQuery(params: RawParams, clock: Clock): TraceQuery {
  const query: Draft<TraceQuery> = {};
  const set = <Key extends keyof TraceQuery>(key: Key, value: TraceQuery[Key] | undefined) => {
    if (value !== undefined) query[key] = value;
  };
  set('service', params.text('service'));
  set('operation', params.text('operation'));
  set('status', params.choice('status', ['Running', 'Completed', 'Failed'] as const));
  set('kind', params.choice('kind', SPAN_KINDS));
  set('minDurationNano', params.durationNano('min_duration'));
  set('maxDurationNano', params.durationNano('max_duration'));
  set('attributes', attributesOf(params.all('attribute')));
  set('limit', params.integer('limit', 1, TRACES_MAX));
  set('cursor', params.text('cursor'));
  setTimes(query, params, clock);
  const { minDurationNano: min, maxDurationNano: max } = query;
  if (min !== undefined && max !== undefined && min > max) {
    throw new InvalidParameter('max_duration', 'expected no less than min_duration');
  }
  if ((query.cursor?.length ?? 0) > CURSOR_LENGTH_MAX) {
    throw new InvalidParameter('cursor', 'expected the `next` of another page');
  }
  return query;
}

/** Either bound may be left open here. */
function setTimes(query: Draft<TraceQuery>, params: RawParams, clock: Clock): void {
  if (params.all('last').length > 0) {
    // Spans whose machine is a little ahead are wanted too: no upper bound.
    query.fromUnixNano = params.range(clock.unixNano(), 0n).fromUnixNano;
    query.lastNano = params.durationNano('last')!;
    return;
  }
  const from = params.unixNano('from');
  const to = params.unixNano('to');
  if (from !== undefined && to !== undefined && from >= to) {
    throw new InvalidParameter('from', 'expected a time before to');
  }
  if (from !== undefined) query.fromUnixNano = from;
  if (to !== undefined) query.toUnixNano = to;
}

/** `key=value`; the value may hold further equals signs, or nothing. */
function attributesOf(texts: readonly string[]): SpanFilter['attributes'] | undefined {
  if (texts.length === 0) return undefined;
  if (texts.length > ATTRIBUTES_MAX) {
    throw new InvalidParameter('attribute', `expected at most ${ATTRIBUTES_MAX} of them`);
  }
  return texts.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) {
      throw new InvalidParameter(
        'attribute',
        `expected key=value, such as http.response.status_code=500, got ${JSON.stringify(text.slice(0, 64))}`,
      );
    }
    return { key: text.slice(0, at), value: text.slice(at + 1) };
  });
}
