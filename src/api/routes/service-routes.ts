/**
 * What Synton says of itself: health, readiness, metrics, and this API's own description. They answer whatever
 * load the views are under; the two that need large packages load them when first asked.
 */
import type { Clock } from '../../model/clock.ts';
import type { Counters } from '../../telemetry/counters.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { writeJson } from '../../views/json.ts';
import { type Health, type HealthReport, overallStatus } from '../health-report.ts';
import type { Gauge } from '../metrics/gauge.ts';
import type { PrometheusMetrics } from '../metrics/prometheus-metrics.ts';
import { RequestRefused } from '../problem.ts';
import { READY_ALIAS, READY_BODY, READY_PATH } from '../ready-answer.ts';
import { API_PREFIX, JSON_TYPE, type Route } from './route.ts';
import { jsonShape } from './view-answer.ts';

export interface ServiceFacts {
  readonly version: string;
  readonly startedUnixNano: bigint;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly log: Logger;
  readonly gauges: readonly Gauge[];
  readonly health: () => Promise<HealthReport>;
  readonly isReady: () => boolean;
}

/** Content type of Prometheus' text format, version 0.0.4. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** `allRoutes` are those that the document and the list describe, these among them. */
export function serviceRoutes(
  facts: ServiceFacts,
  allRoutes: () => readonly Route[],
): readonly Route[] {
  return [
    health(facts),
    ready(facts),
    metrics(facts),
    openapi(facts, allRoutes),
    list(facts, allRoutes),
  ];
}

function health(facts: ServiceFacts): Route {
  return {
    path: `${API_PREFIX}/health`,
    alias: '/health',
    operationId: 'health',
    tag: 'service',
    summary: 'How Synton and its parts are',
    description: 'Receivers, store, ring, forwarding, and what was dropped and why.',
    parameters: [],
    answers: [
      jsonShape('Health', 'Running, though parts may be degraded.'),
      { status: 503, description: 'A part has failed.', content: { [JSON_TYPE]: ['Health'] } },
    ],
    problems: [],
    async handle() {
      const report = await facts.health();
      const answer: Health = {
        status: overallStatus(report, facts.isReady()),
        version: facts.version,
        startedUnixNano: facts.startedUnixNano,
        uptimeNano: facts.clock.unixNano() - facts.startedUnixNano,
        ...report,
        dropped: facts.counters.allDropped(),
      };
      return {
        contentType: JSON_TYPE,
        body: writeJson(answer),
        status: answer.status === 'failed' ? 503 : 200,
      };
    },
  };
}

function ready({ isReady }: ServiceFacts): Route {
  return {
    path: READY_PATH,
    alias: READY_ALIAS,
    operationId: 'ready',
    tag: 'service',
    summary: 'Whether Synton takes and serves traces now',
    description: '200 once everything is started, and until it begins to stop.',
    parameters: [],
    answers: [jsonShape('Ready', 'Ready.')],
    problems: ['Unavailable'],
    async handle() {
      if (!isReady()) throw new RequestRefused('Unavailable', 'starting or stopping');
      return { contentType: JSON_TYPE, body: READY_BODY };
    },
  };
}

function metrics(facts: ServiceFacts): Route {
  let loading: Promise<PrometheusMetrics> | undefined;
  return {
    path: `${API_PREFIX}/metrics`,
    alias: '/metrics',
    operationId: 'metrics',
    tag: 'service',
    summary: 'Synton’s own metrics for Prometheus',
    description: 'Every counter, drops by reason, and gauges, in the text format 0.0.4.',
    parameters: [],
    answers: [{ status: 200, description: 'Metrics.', content: { 'text/plain': [] } }],
    problems: [],
    async handle() {
      loading ??= import('../metrics/prometheus-metrics.ts').then(
        (loaded) => new loaded.PrometheusMetrics(facts),
      );
      return { contentType: METRICS_TYPE, body: await (await loading).text() };
    },
  };
}

function openapi({ version }: ServiceFacts, allRoutes: () => readonly Route[]): Route {
  let written: Promise<string> | undefined;
  return {
    path: `${API_PREFIX}/openapi.json`,
    operationId: 'openapi',
    tag: 'service',
    summary: 'This API as an OpenAPI 3.1 document',
    description: 'Every endpoint with its parameters, answers and errors.',
    parameters: [],
    answers: [jsonShape('OpenApi', 'The document.')],
    problems: [],
    async handle() {
      written ??= import('../openapi/openapi-document.ts').then(({ openApiDocument }) =>
        JSON.stringify(openApiDocument(allRoutes(), version)),
      );
      return { contentType: JSON_TYPE, body: await written };
    },
  };
}

function list({ version }: ServiceFacts, allRoutes: () => readonly Route[]): Route {
  return {
    path: '/',
    operationId: 'endpoints',
    tag: 'service',
    summary: 'What this is, and its endpoints',
    description: 'For people who look.',
    parameters: [],
    answers: [{ status: 200, description: 'A few lines.', content: { 'text/plain': [] } }],
    problems: [],
    async handle() {
      const lines = allRoutes()
        .filter(({ path }) => path !== '/')
        .map(({ method = 'GET', path, alias, summary }) => {
          const also = alias === undefined ? '' : ` (also ${alias})`;
          return `  ${`${method} ${path}`.padEnd(40)} ${summary}${also}`;
        });
      const body = [
        `Synton ${version}: shows what a program really did when it ran.`,
        'Send traces to its OTLP receivers, and ask here:',
        '',
        ...lines,
        '',
      ].join('\n');
      // Browsers get the page at the same address.
      const headers = { vary: 'accept, accept-encoding' };
      return { contentType: 'text/plain; charset=utf-8', body, headers };
    },
  };
}
