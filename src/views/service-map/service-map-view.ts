/**
 * Services, what they call, and how that goes. Numbers of services are exact, as they were counted when spans came; calls are
 * told from the newest traces of the range, scaled by nothing, and it says from how many. What was made of a range serves for
 * KEPT_MS. Bounds: NODES_MAX, EDGES_MAX, the busiest of them.
 */
import type { Clock } from '../../model/clock.ts';
import type {
  ServiceCalls,
  ServiceMap,
  ServiceMapEdge,
  ServiceMapNode,
} from '../../model/service-map.ts';
import { OTHER } from '../../model/statistics.ts';
import type { TimeRange, TraceReader } from '../../store/contracts/trace-reader.ts';
import { RawParams } from '../params/raw-params.ts';
import { RANGE_DEFAULT_NANO, RANGE_PARAMS } from '../statistics/statistics-view.ts';
import type { View } from '../view.ts';
import { KeptAnswers } from './kept-answers.ts';

export interface ServiceMapParams {
  /** @default the hour that ends now */
  readonly range: TimeRange;
}

const NODES_MAX = 500;
const EDGES_MAX = 1_000;
const KEPT_MS = 5_000;

export function serviceMapView(clock: Clock): View<ServiceMapParams, ServiceMap> {
  const kept = new KeptAnswers<ServiceMap>(clock, KEPT_MS);
  return {
    name: 'serviceMap',

    parseParams(raw) {
      const params = new RawParams(raw, RANGE_PARAMS);
      return { range: params.range(clock.unixNano(), RANGE_DEFAULT_NANO) };
    },

    render: (reader, { range }, signal) => kept.of(range, () => mapOf(reader, range, signal)),
  };
}

async function mapOf(
  reader: TraceReader,
  range: TimeRange,
  signal: AbortSignal,
): Promise<ServiceMap> {
  const length = range.toUnixNano - range.fromUnixNano;
  // One step, as long as the range.
  const [statistics, { calls, examined }] = await Promise.all([
    reader.statistics(range, 'service', length + 120_000_000_000n),
    reader.calls(range, signal),
  ]);
  // Of the minutes that the range touches.
  const seconds = Number(range.toUnixNano - statistics.from) / 1e9;
  const { until } = examined;
  const isPart = !examined.complete && until !== undefined && until > range.fromUnixNano;
  const lookedAt = isPart ? Number(range.toUnixNano - until) / 1e9 : seconds;
  const nodes = new Map<string, ServiceMapNode>();
  for (const { key, points } of statistics.series) {
    const [point] = points;
    if (key === OTHER || point === undefined) continue;
    const { count: spans, errors, p50Nano, p95Nano, p99Nano } = point;
    const ratePerSecond = rate(spans, seconds);
    const numbers = { spans, errors, ratePerSecond, p50Nano, p95Nano, p99Nano };
    nodes.set(key, { service: key, type: 'service', ...numbers });
  }
  for (const call of calls) addCalled(nodes, call, calls, lookedAt);
  for (const { from } of calls) {
    if (!nodes.has(from)) nodes.set(from, { service: from, type: 'service', ...NOTHING });
  }
  const busiest = [...nodes.values()].sort((a, b) => b.spans - a.spans).slice(0, NODES_MAX);
  const shown = new Set(busiest.map(({ service }) => service));
  const edges = calls
    .filter(({ from, to }) => shown.has(from) && shown.has(to))
    .slice(0, EDGES_MAX)
    .map((call) => edgeOf(call, lookedAt));
  const { fromUnixNano: from, toUnixNano: to } = range;
  return { from, to, nodes: busiest, edges, examined };
}

/** What sent no spans in the range is told by those who called it. */
function addCalled(
  nodes: Map<string, ServiceMapNode>,
  { to, peer }: ServiceCalls,
  calls: readonly ServiceCalls[],
  seconds: number,
): void {
  if (nodes.has(to)) return;
  const toIt = calls.filter((call) => call.to === to);
  const spans = toIt.reduce((sum, call) => sum + call.calls, 0);
  const errors = toIt.reduce((sum, call) => sum + call.errors, 0);
  // Of several callers the most frequent says how long it takes: quantiles do not add up.
  const { p50Nano, p95Nano, p99Nano } = toIt[0]!;
  const ratePerSecond = rate(spans, seconds);
  const numbers = { spans, errors, ratePerSecond, p50Nano, p95Nano, p99Nano };
  nodes.set(to, { service: to, type: peer ?? 'service', ...numbers });
}

const NOTHING = { spans: 0, errors: 0, ratePerSecond: 0, p50Nano: 0n, p95Nano: 0n, p99Nano: 0n };

function edgeOf(
  { from, to, calls, errors, p50Nano, p95Nano, protocol }: ServiceCalls,
  seconds: number,
): ServiceMapEdge {
  const ratePerSecond = rate(calls, seconds);
  return { from, to, calls, errors, ratePerSecond, p50Nano, p95Nano, protocol };
}

/** To six digits. */
function rate(count: number, seconds: number): number {
  return seconds > 0 ? Number((count / seconds).toPrecision(6)) : 0;
}
