/**
 * Builds OTLP trace requests from terse descriptions. What a description leaves out is filled in from
 * a seeded generator: ids, times, names. `fillRequest` tells what was chosen; `buildRequest` gives the
 * bytes; `realisticRequest` gives many spans such as services send.
 *
 *   buildRequest({ service: 'shop', spans: [{ name: 'GET /' }, { name: 'query', parent: 0 }] })
 */
import { OTEL_KINDS, type OtelKind } from '../../src/model/span-kind.ts';
import { ProtobufWriter } from '../../src/otlp/wire/protobuf-writer.ts';
import { SeededRandom } from './seeded-random.ts';

/** A whole number is written as an int, any other as a double; null is the empty value. */
export type AttributeSpec =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly AttributeSpec[]
  | { readonly [key: string]: AttributeSpec };

/** A list of pairs where order, duplicates or a key `__proto__` matter. */
export type AttributesSpec =
  | { readonly [key: string]: AttributeSpec }
  | readonly (readonly [key: string, value: AttributeSpec])[];

export interface EventSpec {
  readonly name?: string;
  /** Milliseconds after the start of the span; 0 where absent. */
  readonly atMs?: number;
  readonly attributes?: AttributesSpec;
  readonly droppedAttributes?: number;
}

export interface LinkSpec {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly traceState?: string;
  readonly attributes?: AttributesSpec;
  readonly droppedAttributes?: number;
  readonly flags?: number;
}

export interface SpanSpec {
  /** Hexadecimal. Absent: that of the parent, else that of the request's first span. */
  readonly traceId?: string;
  readonly spanId?: string;
  /** The index of another span of the request (counted over all resources), or a span id. */
  readonly parent?: number | string;
  readonly name?: string;
  readonly kind?: OtelKind | number;
  readonly startUnixNano?: bigint;
  /** 0n: not ended. */
  readonly endUnixNano?: bigint;
  /** Used where `endUnixNano` is absent; 10 where both are. */
  readonly durationMs?: number;
  /** After the start of the request; used where `startUnixNano` is absent. */
  readonly atMs?: number;
  readonly attributes?: AttributesSpec;
  readonly events?: readonly EventSpec[];
  readonly links?: readonly LinkSpec[];
  readonly status?: 'unset' | 'ok' | 'error' | number;
  readonly statusMessage?: string;
  readonly traceState?: string;
  readonly flags?: number;
  readonly droppedAttributes?: number;
  readonly droppedEvents?: number;
  readonly droppedLinks?: number;
  /** Appended to the Span message as it is: unknown fields, say. */
  readonly raw?: Uint8Array;
}

export interface ScopeSpec {
  readonly name?: string;
  readonly version?: string;
  readonly attributes?: AttributesSpec;
  readonly schemaUrl?: string;
  /** No `scope` field at all. */
  readonly absent?: boolean;
  readonly spans?: readonly SpanSpec[];
}

export interface ResourceSpec {
  /** Becomes `service.name`. */
  readonly service?: string;
  readonly attributes?: AttributesSpec;
  readonly schemaUrl?: string;
  /** No `resource` field at all. */
  readonly absent?: boolean;
  readonly scopes?: readonly ScopeSpec[];
  /** Short for one scope named `test` with these spans. */
  readonly spans?: readonly SpanSpec[];
}

export interface RequestSpec extends ResourceSpec {
  /** Short for one resource where absent. */
  readonly resources?: readonly ResourceSpec[];
  /** 1 where absent. */
  readonly seed?: number;
  /** 2026-01-02T03:04:05Z where absent. */
  readonly startUnixNano?: bigint;
}

/** A span with everything that was left out chosen. */
export interface FilledSpan extends SpanSpec {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
  readonly service: string;
}

export interface FilledRequest {
  readonly resources: readonly (ResourceSpec & {
    readonly scopes: readonly (ScopeSpec & { readonly spans: readonly FilledSpan[] })[];
  })[];
  /** Every span, in wire order. */
  readonly spans: readonly FilledSpan[];
}

const START_UNIX_NANO = 1_767_323_045_000_000_000n;
const STATUS_CODES = { unset: 0, ok: 1, error: 2 } as const;

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

function nanos(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}

export function writeRequest(request: FilledRequest): Uint8Array {
  const writer = new ProtobufWriter(4096);
  for (const resource of request.resources) {
    const resourceSpans = writer.begin(1);
    if (!resource.absent) {
      const mark = writer.begin(1);
      if (resource.service !== undefined) {
        writeAttributes(writer, 1, { 'service.name': resource.service });
      }
      writeAttributes(writer, 1, resource.attributes ?? {});
      writer.end(mark);
    }
    for (const scope of resource.scopes) writeScopeSpans(writer, scope);
    if (resource.schemaUrl !== undefined) writer.string(3, resource.schemaUrl);
    writer.end(resourceSpans);
  }
  return writer.finish();
}

function writeScopeSpans(
  writer: ProtobufWriter,
  scope: FilledRequest['resources'][number]['scopes'][number],
): void {
  const scopeSpans = writer.begin(2);
  if (!scope.absent) {
    const mark = writer.begin(1);
    if (scope.name !== undefined) writer.string(1, scope.name);
    if (scope.version !== undefined) writer.string(2, scope.version);
    writeAttributes(writer, 3, scope.attributes ?? {});
    writer.end(mark);
  }
  for (const span of scope.spans) {
    const mark = writer.begin(2);
    writeSpan(writer, span);
    writer.end(mark);
  }
  if (scope.schemaUrl !== undefined) writer.string(3, scope.schemaUrl);
  writer.end(scopeSpans);
}

function writeSpan(writer: ProtobufWriter, span: FilledSpan): void {
  writer.view(1, Buffer.from(span.traceId, 'hex'));
  writer.view(2, Buffer.from(span.spanId, 'hex'));
  if (span.traceState) writer.string(3, span.traceState);
  if (span.parentSpanId) writer.view(4, Buffer.from(span.parentSpanId, 'hex'));
  if (span.name) writer.string(5, span.name);
  if (span.kind) writer.int64Number(6, span.kind);
  writer.fixed64(7, span.startUnixNano);
  writer.fixed64(8, span.endUnixNano);
  writeAttributes(writer, 9, span.attributes ?? {});
  if (span.droppedAttributes) writer.uint32(10, span.droppedAttributes);
  for (const event of span.events ?? []) {
    const mark = writer.begin(11);
    writer.fixed64(1, span.startUnixNano + nanos(event.atMs ?? 0));
    writer.string(2, event.name ?? 'event');
    writeAttributes(writer, 3, event.attributes ?? {});
    if (event.droppedAttributes) writer.uint32(4, event.droppedAttributes);
    writer.end(mark);
  }
  if (span.droppedEvents) writer.uint32(12, span.droppedEvents);
  for (const link of span.links ?? []) writeLink(writer, link, span);
  if (span.droppedLinks) writer.uint32(14, span.droppedLinks);
  if (span.status !== undefined || span.statusMessage !== undefined) {
    const mark = writer.begin(15);
    if (span.statusMessage) writer.string(2, span.statusMessage);
    const code =
      typeof span.status === 'number' ? span.status : STATUS_CODES[span.status ?? 'unset'];
    if (code) writer.int64Number(3, code);
    writer.end(mark);
  }
  if (span.flags !== undefined) writer.fixed32(16, span.flags);
  if (span.raw) writer.raw(span.raw);
}

/** A link without ids points at its own span. */
function writeLink(writer: ProtobufWriter, link: LinkSpec, span: FilledSpan): void {
  const mark = writer.begin(13);
  writer.view(1, Buffer.from(link.traceId ?? span.traceId, 'hex'));
  writer.view(2, Buffer.from(link.spanId ?? span.spanId, 'hex'));
  if (link.traceState) writer.string(3, link.traceState);
  writeAttributes(writer, 4, link.attributes ?? {});
  if (link.droppedAttributes) writer.uint32(5, link.droppedAttributes);
  if (link.flags !== undefined) writer.fixed32(6, link.flags);
  writer.end(mark);
}

function writeAttributes(writer: ProtobufWriter, field: number, attributes: AttributesSpec): void {
  const pairs = Array.isArray(attributes) ? attributes : Object.entries(attributes);
  for (const [key, value] of pairs) {
    const mark = writer.begin(field);
    writer.string(1, key);
    const valueMark = writer.begin(2);
    writeAnyValue(writer, value);
    writer.end(valueMark);
    writer.end(mark);
  }
}

function writeAnyValue(writer: ProtobufWriter, value: AttributeSpec): void {
  if (value === null) return;
  if (typeof value === 'string') writer.string(1, value);
  else if (typeof value === 'boolean') writer.bool(2, value);
  else if (typeof value === 'bigint') writer.int64(3, value);
  else if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) writer.int64Number(3, value);
    else writer.double(4, value);
  } else if (value instanceof Uint8Array) writer.view(7, value);
  else if (Array.isArray(value)) {
    const mark = writer.begin(5);
    for (const element of value) {
      const elementMark = writer.begin(1);
      writeAnyValue(writer, element);
      writer.end(elementMark);
    }
    writer.end(mark);
  } else {
    const mark = writer.begin(6);
    writeAttributes(writer, 1, value as AttributesSpec);
    writer.end(mark);
  }
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
