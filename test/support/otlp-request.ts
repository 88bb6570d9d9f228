/**
 * Builds OTLP trace requests from terse descriptions. What a description leaves out is filled in from
 * a seeded generator: ids, times, names. `fillRequest` tells what was chosen; `buildRequest` gives the
 * bytes; `realisticRequest` gives many spans such as services send.
 *
 *   buildRequest({ service: 'shop', spans: [{ name: 'GET /' }, { name: 'query', parent: 0 }] })
 */
import { OTEL_KINDS } from '../../src/model/span-kind.ts';
import type {
  AttributesSpec,
  EventSpec,
  FilledRequest,
  FilledSpan,
  RequestSpec,
  SpanSpec,
} from './otlp-request-spec.ts';
import { nanos, writeRequest } from './otlp-request-writer.ts';
import { SeededRandom } from './seeded-random.ts';

export type {
  AttributeSpec,
  AttributesSpec,
  RequestSpec,
  ResourceSpec,
  SpanSpec,
} from './otlp-request-spec.ts';

const START_UNIX_NANO = 1_767_323_045_000_000_000n;

export function buildRequest(spec: RequestSpec = {}): Uint8Array {
  return writeRequest(fillRequest(spec));
}

export function fillRequest(spec: RequestSpec): FilledRequest {
  const random = new SeededRandom(spec.seed ?? 1);
  const start = spec.startUnixNano ?? START_UNIX_NANO;
  const spans: FilledSpan[] = [];
  const resources = (spec.resources ?? [spec]).map((resource) => ({
    ...resource,
    scopes: (resource.scopes ?? [{ name: 'test', spans: resource.spans ?? [] }]).map((scope) => ({
      ...scope,
      spans: (scope.spans ?? []).map((span) => {
        const filled = fillSpan(span, spans, resource.service ?? 'unknown_service', start, random);
        spans.push(filled);
        return filled;
      }),
    })),
  }));
  return { resources, spans };
}

/** `parent` must name an earlier span when it is an index. */
function fillSpan(
  spec: SpanSpec,
  earlier: readonly FilledSpan[],
  service: string,
  requestStart: bigint,
  random: SeededRandom,
): FilledSpan {
  const parent = typeof spec.parent === 'number' ? earlier[spec.parent] : undefined;
  if (typeof spec.parent === 'number' && !parent) throw new Error(`no span ${spec.parent} before`);
  const startUnixNano = spec.startUnixNano ?? requestStart + nanos(spec.atMs ?? earlier.length);
  const kind = spec.kind ?? 'internal';
  return {
    ...spec,
    traceId: spec.traceId ?? parent?.traceId ?? earlier[0]?.traceId ?? random.hex(16),
    spanId: spec.spanId ?? random.hex(8),
    parentSpanId: parent?.spanId ?? (typeof spec.parent === 'string' ? spec.parent : ''),
    name: spec.name ?? `operation-${earlier.length}`,
    kind: typeof kind === 'number' ? kind : OTEL_KINDS.indexOf(kind),
    startUnixNano,
    endUnixNano: spec.endUnixNano ?? startUnixNano + nanos(spec.durationMs ?? 10),
    service,
  };
}

const ROUTES = ['/cart', '/checkout', '/products/{id}', '/users/{id}/orders', '/login'] as const;
const TABLES = ['orders', 'products', 'users', 'sessions'] as const;

/**
 * A request as an instrumented shop sends it: traces of eight spans (a server, its client calls and
 * queries), ten attributes a span, fourteen of the resource, an exception in every twenty-fifth span.
 */
export function realisticRequest(options: {
  readonly spans: number;
  readonly seed?: number;
  readonly service?: string;
  readonly spansPerTrace?: number;
  readonly startUnixNano?: bigint;
}): Uint8Array {
  return writeRequest(fillRequest(realisticSpec(options)));
}

export function realisticSpec(options: Parameters<typeof realisticRequest>[0]): RequestSpec {
  const random = new SeededRandom((options.seed ?? 1) ^ 0x5eed);
  const perTrace = options.spansPerTrace ?? 8;
  const spans: SpanSpec[] = [];
  let traceId = '';
  for (let i = 0; i < options.spans; i++) {
    const place = i % perTrace;
    if (place === 0) traceId = random.hex(16);
    const parent = i - place + (place < 3 ? 0 : random.below(place));
    const shape =
      place === 0 ? serverSpan(random) : place % 2 ? clientSpan(random) : querySpan(random);
    const failed = random.below(25) === 0;
    spans.push({
      ...shape,
      traceId,
      ...(place > 0 ? { parent } : {}),
      atMs: Math.floor(i / perTrace) * 3 + place * 0.25 + random.below(1000) / 1e4,
      durationMs: (perTrace - place) * 2 + random.below(10_000) / 1e3,
      flags: 0x101,
      ...(failed
        ? { status: 'error', statusMessage: 'connection reset', events: [EXCEPTION] }
        : {}),
    });
  }
  const service = options.service ?? 'shop';
  return {
    service,
    attributes: resourceAttributes(service),
    schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
    scopes: [{ name: '@opentelemetry/instrumentation-http', version: '0.223.1', spans }],
    seed: options.seed ?? 1,
    ...(options.startUnixNano !== undefined ? { startUnixNano: options.startUnixNano } : {}),
  };
}

const EXCEPTION: EventSpec = {
  name: 'exception',
  atMs: 0.5,
  attributes: {
    'exception.type': 'Error',
    'exception.message': 'connection reset by peer',
    'exception.stacktrace':
      'Error: connection reset by peer\n    at Socket.onEnd (node:net:712:9)\n    at checkout (file:///app/checkout.js:41:13)',
  },
};

function serverSpan(random: SeededRandom): SpanSpec {
  const route = random.pick(ROUTES);
  return {
    name: `GET ${route}`,
    kind: 'server',
    attributes: {
      'http.request.method': 'GET',
      'http.route': route,
      'url.path': route.replace('{id}', String(random.below(5000))),
      'url.scheme': 'https',
      'http.response.status_code': random.pick([200, 200, 200, 204, 404]),
      'server.address': 'shop.example',
      'server.port': 443,
      'network.protocol.version': '1.1',
      'client.address': `10.0.${random.below(256)}.${random.below(256)}`,
      'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64)',
    },
  };
}

function clientSpan(random: SeededRandom): SpanSpec {
  const host = random.pick(['pricing', 'stock', 'mail']);
  return {
    name: 'POST',
    kind: 'client',
    attributes: {
      'http.request.method': 'POST',
      'url.full': `http://${host}:8080/v1/${random.hex(4)}`,
      'server.address': host,
      'server.port': 8080,
      'http.response.status_code': 200,
      'network.protocol.name': 'http',
      'network.protocol.version': '1.1',
      'network.peer.address': `10.1.0.${random.below(256)}`,
      'http.request.body.size': random.below(4096),
      'http.retried': false,
    },
  };
}

function querySpan(random: SeededRandom): SpanSpec {
  const table = random.pick(TABLES);
  return {
    name: `SELECT ${table}`,
    kind: 'client',
    attributes: {
      'db.system.name': 'postgresql',
      'db.namespace': 'shop',
      'db.collection.name': table,
      'db.operation.name': 'SELECT',
      'db.query.text': `SELECT * FROM ${table} WHERE id = $1 LIMIT 20`,
      'db.response.returned_rows': random.below(20),
      'server.address': 'postgres.internal',
      'server.port': 5432,
      'network.transport': 'tcp',
      'db.client.wait_ms': random.below(1000) / 64,
    },
  };
}

function resourceAttributes(service: string): AttributesSpec {
  return {
    'service.version': '3.4.1',
    'service.namespace': 'store',
    'service.instance.id': `${service}-7d9f-2kx`,
    'deployment.environment.name': 'production',
    'host.name': 'node-17',
    'host.arch': 'amd64',
    'os.type': 'linux',
    'process.pid': 4211,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': '24.21.0',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.sdk.version': '2.12.1',
  };
}
