/**
 * The requests that the bench sends: like those of services (8 spans a trace over up to four services, 14
 * resource attributes, ten span attributes, 4 % errors with a stack), built once and made unique in place.
 *
 * A template is written once; each `fill` overwrites ids and times, so that no two requests share a span and the
 * generator costs little. About 500 bytes a span at 512 spans a request.
 */

import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import { COLUMN, STRIDE } from '../../src/otlp/span-columns.ts';
import { type AttributeSpec, buildRequest, type SpanSpec } from '../support/otlp-request.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const SPANS_A_TRACE = 8;
const TEMPLATES = 16;
const SERVICES = ['frontend', 'checkout', 'payment', 'catalog', 'email', 'cart', 'shipping', 'ads'];
const ROUTES = [
  '/api/v1/orders/{id}',
  '/api/v1/cart/{id}',
  '/api/v1/products/{id}',
  '/api/v1/login',
];
const TABLES = ['orders', 'cart_items', 'products', 'stock', 'users'];
const STACK = `Error: upstream connect error or disconnect before headers
    at ClientRequest.<anonymous> (/usr/src/app/node_modules/@shop/http/lib/client.js:214:17)
    at ClientRequest.emit (node:events:518:28)
    at TLSSocket.socketErrorListener (node:_http_client:500:9)
    at process.processTicksAndRejections (node:internal/process/task_queues:82:21)
    at async Payments.charge (/usr/src/app/src/services/payments.ts:88:20)`;

type Attributes = Record<string, AttributeSpec>;

/** What a span does, by its place in its trace: parent, kind, and which service it belongs to. */
const SHAPE = [
  { parent: -1, kind: 'server', slot: 0 },
  { parent: 0, kind: 'internal', slot: 0 },
  { parent: 0, kind: 'client', slot: 0 },
  { parent: 2, kind: 'server', slot: 1 },
  { parent: 3, kind: 'database', slot: 1 },
  { parent: 3, kind: 'client', slot: 1 },
  { parent: 5, kind: 'server', slot: 2 },
  { parent: 6, kind: 'database', slot: 3 },
] as const;

interface Place {
  /** Offset of the id's or time's first byte. */
  readonly at: number;
  readonly what: 'trace' | 'span' | 'parent' | 'start' | 'end';
  /** Index of the span the id names, or whose time it is. */
  readonly index: number;
}

export class BenchRequests {
  readonly spansPerRequest: number;
  readonly #templates: { readonly bytes: Buffer; readonly places: readonly Place[] }[];
  readonly #seed: number;

  constructor(spansPerRequest: number, seed: number) {
    this.spansPerRequest = spansPerRequest;
    this.#seed = seed;
    this.#templates = Array.from({ length: TEMPLATES }, (_, i) => template(spansPerRequest, i));
  }

  /** Request number `n`; valid until the next call with the same n modulo 16. */
  request(n: number, nowUnixNano: bigint): Buffer {
    const { bytes, places } = this.#templates[n % TEMPLATES]!;
    const startBase = nowUnixNano - 20_000_000n;
    for (const { at, what, index } of places) {
      const trace = Math.floor(index / SPANS_A_TRACE);
      if (what === 'trace') writeId(bytes, at, 16, this.#seed, n, trace + 1_000_000);
      else if (what === 'start' || what === 'end') {
        const offset = BigInt((index % SPANS_A_TRACE) * 1_000_000 + (mix(n, index) % 999_983));
        const length = what === 'end' ? BigInt(500_000 + (mix(index, n) % 9_500_000)) : 0n;
        bytes.writeBigUInt64LE(startBase + offset + length, at);
      } else writeId(bytes, at, 8, this.#seed, n, index);
    }
    return bytes;
  }
}

function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}

function writeId(bytes: Buffer, at: number, length: number, seed: number, n: number, i: number) {
  for (let word = 0; word < length / 4; word++)
    bytes.writeUInt32BE(mix(mix(seed + word, n), i), at + word * 4);
}

function template(spanCount: number, number: number): { bytes: Buffer; places: Place[] } {
  const random = new SeededRandom(number + 1);
  const slots = spanCount < 64 ? 1 : 4;
  const spans: SpanSpec[][] = Array.from({ length: slots }, () => []);
  /** Where span i lies: the request's own order is resource by resource. */
  const order: number[][] = Array.from({ length: slots }, () => []);
  for (let i = 0; i < spanCount; i++) {
    const shape = SHAPE[i % SPANS_A_TRACE]!;
    spans[shape.slot % slots]!.push(spanSpec(shape.kind, number, i, random));
    order[shape.slot % slots]!.push(i);
  }
  const request = buildRequest({
    seed: number + 1,
    resources: spans.map((list, slot) => resourceSpec(number, slot, list)),
  });
  const bytes = Buffer.from(request);
  return { bytes, places: placesOf(bytes, order.flat()) };
}

function resourceSpec(number: number, slot: number, spans: SpanSpec[]) {
  const service = SERVICES[(number * 3 + slot) % SERVICES.length]!;
  const h = mix(number, slot);
  return {
    service,
    attributes: {
      'service.version': `2.${number % 4}.1`,
      'service.namespace': 'shop',
      'service.instance.id': `${h.toString(16).padStart(8, '0')}-12ab-4cde-8f01-0123456789ab`,
      'deployment.environment.name': 'production',
      'host.name': `ip-10-0-${number % 4}-${h % 250}`,
      'host.arch': 'amd64',
      'os.type': 'linux',
      'process.pid': h % 30_000,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': '24.21.0',
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': '2.12.1',
    },
    scopes: [{ name: '@opentelemetry/instrumentation-http', version: '0.203.0', spans }],
  };
}

function spanSpec(kind: string, number: number, i: number, random: SeededRandom): SpanSpec {
  const failed = i % 25 === 0;
  const common = { name: nameOf(kind, number + i), flags: 0x101, parent: '00f067aa0ba902b7' };
  const root = i % SPANS_A_TRACE === 0;
  return {
    ...common,
    ...(root ? { parent: undefined as never } : {}),
    kind: kind === 'database' ? 'client' : (kind as 'server' | 'client' | 'internal'),
    attributes: attributesOf(kind, number + i, random, failed),
    ...(failed && {
      status: 'error' as const,
      statusMessage: 'upstream connect error',
      events: [
        {
          name: 'exception',
          attributes: {
            'exception.type': 'ConnectionError',
            'exception.message': 'upstream connect error or disconnect before headers',
            'exception.stacktrace': STACK,
          },
        },
      ],
    }),
  };
}

function nameOf(kind: string, variant: number): string {
  const route = ROUTES[variant % ROUTES.length]!;
  if (kind === 'server') return `GET ${route}`;
  if (kind === 'client') return 'HTTP GET';
  if (kind === 'database') return `SELECT ${TABLES[variant % TABLES.length]}`;
  return variant % 2 === 0 ? 'authenticate' : 'render';
}

function attributesOf(
  kind: string,
  variant: number,
  random: SeededRandom,
  failed: boolean,
): Attributes {
  const route = ROUTES[variant % ROUTES.length]!;
  const user = `user-${random.below(100_000)}`;
  const status = failed ? 500 : 200;
  if (kind === 'database')
    return {
      'db.system.name': 'postgresql',
      'db.namespace': 'shop',
      'db.operation.name': 'SELECT',
      'db.collection.name': TABLES[variant % TABLES.length]!,
      'db.query.text':
        'SELECT o.id, o.total, o.status, c.email FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = $1',
      'server.address': 'pg-primary.internal',
      'server.port': 5432,
      'db.response.returned_rows': random.below(50),
      'db.client.wait': random.below(700) / 100 + 0.001,
      'db.key': `k:${random.below(100_000)}`,
    };
  if (kind === 'internal')
    return {
      'code.function.name': nameOf(kind, variant),
      'code.namespace': 'shop.controllers',
      'code.line.number': random.below(900),
      'thread.id': random.below(16),
      'thread.name': `worker-${random.below(16)}`,
      'app.items': ['sku-1042', 'sku-2203'],
      'app.ok': true,
      'app.ratio': random.below(1000) / 1000 + 0.0001,
      'app.step': variant,
      'user.id': user,
    };
  return {
    'http.request.method': 'GET',
    'http.route': route,
    'url.full': `https://shop.example${route}?n=${random.below(100_000)}`,
    'http.response.status_code': status,
    'server.address': 'shop.example',
    'server.port': 443,
    'network.protocol.version': '1.1',
    'user_agent.original':
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/128.0 Safari/537.36',
    'client.address': `10.1.${random.below(250)}.${random.below(250)}`,
    'user.id': user,
  };
}

/** Where ids and times of every span lie. `order` gives the number of the span that a row is. */
function placesOf(bytes: Buffer, order: readonly number[]): Place[] {
  const scanner = new SpanScanner();
  scanner.scan(bytes);
  const places: Place[] = [];
  for (let row = 0; row < scanner.count; row++) {
    const index = order[row]!;
    const offset = scanner.rows[row * STRIDE + COLUMN.offset]!;
    const end = offset + scanner.rows[row * STRIDE + COLUMN.length]!;
    const shape = SHAPE[index % SPANS_A_TRACE]!;
    // The builder writes fields in their order, ids first: tag, length, content.
    for (let at = offset; at < end; ) {
      const tag = bytes[at]!;
      if (tag === 0x0a) places.push({ at: at + 2, what: 'trace', index });
      else if (tag === 0x12) places.push({ at: at + 2, what: 'span', index });
      else if (tag === 0x22)
        places.push({
          at: at + 2,
          what: 'parent',
          index: index - (index % SPANS_A_TRACE) + shape.parent,
        });
      else if (tag === 0x39) places.push({ at: at + 1, what: 'start', index });
      else if (tag === 0x41) places.push({ at: at + 1, what: 'end', index });
      if (tag === 0x39 || tag === 0x41) at += 9;
      else if ((tag & 7) === 0) at += 2;
      else if ((tag & 7) === 2 && bytes[at + 1]! < 0x80) at += 2 + bytes[at + 1]!;
      else break;
      if (tag === 0x41) break;
    }
  }
  return places;
}
