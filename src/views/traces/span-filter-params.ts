/** Filters of a search as a URL has them, for every view that takes them. */
import type { Clock } from '../../model/clock.ts';
import { InvalidParameter } from '../../model/errors.ts';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import type { SpanFilter, TookFilter, TraceQuery } from '../../store/contracts/trace-query.ts';
import type { RawParams } from '../params/raw-params.ts';

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };
/** A filter, and how far back it was said to reach. */
export type GivenFilter = Omit<TraceQuery, 'limit' | 'cursor'>;

const ATTRIBUTES_MAX = 16;

export const FILTER_NAMES: readonly string[] = [
  'service',
  'operation',
  'status',
  'kind',
  'min_duration',
  'max_duration',
  'min_trace_duration',
  'max_trace_duration',
  'last',
  'from',
  'to',
  'attribute',
];

export function filterOf(params: RawParams, clock: Clock): GivenFilter {
  const filter: Draft<GivenFilter> = {};
  const set = <Key extends keyof GivenFilter>(key: Key, value: GivenFilter[Key] | undefined) => {
    if (value !== undefined) filter[key] = value;
  };
  set('service', params.text('service'));
  set('operation', params.text('operation'));
  set('status', params.choice('status', ['Running', 'Completed', 'Failed'] as const));
  set('kind', params.choice('kind', SPAN_KINDS));
  set('minDurationNano', params.durationNano('min_duration'));
  set('maxDurationNano', params.durationNano('max_duration'));
  set('took', tookOf(params, clock));
  set('attributes', attributesOf(params.all('attribute')));
  setTimes(filter, params, clock);
  const { minDurationNano: min, maxDurationNano: max } = filter;
  if (min !== undefined && max !== undefined && min > max) {
    throw new InvalidParameter('max_duration', 'expected no less than min_duration');
  }
  return filter;
}

function tookOf(params: RawParams, clock: Clock): TookFilter | undefined {
  const minNano = params.durationNano('min_trace_duration');
  const maxNano = params.durationNano('max_trace_duration');
  if (minNano === undefined && maxNano === undefined) return undefined;
  if (minNano !== undefined && maxNano !== undefined && minNano > maxNano) {
    throw new InvalidParameter('max_trace_duration', 'expected no less than min_trace_duration');
  }
  return {
    ...(minNano !== undefined && { minNano }),
    ...(maxNano !== undefined && { maxNano }),
    asOfUnixNano: clock.unixNano(),
  };
}

/** Either bound may be left open here. */
function setTimes(filter: Draft<GivenFilter>, params: RawParams, clock: Clock): void {
  if (params.all('last').length > 0) {
    // Spans whose machine is a little ahead are wanted too: no upper bound.
    filter.fromUnixNano = params.range(clock.unixNano(), 0n).fromUnixNano;
    filter.lastNano = params.durationNano('last')!;
    return;
  }
  const from = params.unixNano('from');
  const to = params.unixNano('to');
  if (from !== undefined && to !== undefined && from >= to) {
    throw new InvalidParameter('from', 'expected a time before to');
  }
  if (from !== undefined) filter.fromUnixNano = from;
  if (to !== undefined) filter.toUnixNano = to;
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
