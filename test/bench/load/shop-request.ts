/**
 * What a request says, as a plain description with slots where sends differ: the traffic of a shop. Eight
 * spans a trace over up to four services, 14 resource attributes, 10 or 11 span attributes, every 25th span
 * an error with a stack, every tenth another event, every 32nd a link.
 *
 * There are TEMPLATES kinds of requests; a description follows from its number and count of spans alone.
 */
import type { SlotKind } from './slots.ts';
import { type Slot, SPANS_A_TRACE, spread } from './slots.ts';

export const TEMPLATES = 16;

/** A text that ends in what a slot says. */
export interface Varying {
  readonly before: string;
  readonly slot: Slot;
}

/** A number is an int; a double says so, as 3 and 3.0 differ on the wire. */
export type Value =
  | string
  | number
  | boolean
  | Varying
  | { readonly double: number }
  | { readonly list: readonly string[] };

export type Attributes = readonly (readonly [key: string, value: Value])[];

export interface SpanText {
  readonly trace: Slot;
  readonly id: Slot;
  readonly parent: Slot | undefined;
  readonly name: string;
  readonly kind: number;
  readonly start: Slot;
  readonly end: Slot;
  readonly attributes: Attributes;
  readonly events: readonly {
    readonly name: string;
    readonly at: Slot;
    readonly attributes: Attributes;
  }[];
  readonly link:
    | { readonly trace: Slot; readonly span: Slot; readonly attributes: Attributes }
    | undefined;
  readonly isError: boolean;
}

export interface ScopeText {
  readonly name: string;
  readonly version: string;
  readonly schemaUrl: string | undefined;
  readonly spans: SpanText[];
}

export interface ResourceText {
  readonly attributes: Attributes;
  readonly scopes: readonly [http: ScopeText, database: ScopeText];
}

export const ERROR_MESSAGE = 'upstream connect error';
const SERVICES = [
  ...['frontend', 'checkout', 'payment', 'catalog'],
  ...['cart', 'shipping', 'email', 'recommendation'],
];
const METHODS = ['GET', 'POST', 'GET', 'PUT', 'DELETE'];
const THINGS = ['orders', 'cart', 'products', 'quote', 'users'];
const FUNCTIONS = ['authenticate', 'render', 'validate', 'price.compute', 'cache.lookup'];
const STATEMENTS = [
  ...['SELECT orders', 'INSERT cart_items', 'SELECT products'],
  ...['UPDATE stock', 'SELECT users'],
];
const QUERY =
  'SELECT o.id, o.total, o.status, c.email FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id = $1 AND o.tenant = $2 LIMIT 50';
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/128.0 Safari/537.36';
const FAILURE = 'upstream connect error or disconnect/reset before headers';
const STACK = `Error: ${FAILURE}. reset reason: connection timeout
    at ClientRequest.<anonymous> (/usr/src/app/node_modules/@acme/http/lib/client.js:214:17)
    at Object.onceWrapper (node:events:633:26)
    at ClientRequest.emit (node:events:518:28)
    at TLSSocket.socketErrorListener (node:_http_client:500:9)
    at emitErrorNT (node:internal/streams/destroy:169:8)
    at process.processTicksAndRejections (node:internal/process/task_queues:82:21)
    at async PaymentService.charge (/usr/src/app/src/services/payment.service.ts:88:20)
    at async CheckoutController.placeOrder (/usr/src/app/src/controllers/checkout.controller.ts:142:7)`;

type Role = 'server' | 'internal' | 'client' | 'database';
/** The OTLP kinds of the roles. */
const KINDS: Readonly<Record<Role, number>> = { server: 2, internal: 1, client: 3, database: 3 };

/** Of a span by its place in its trace: its parent's place, its part, which of four services it belongs to. */
const PLACES: readonly {
  readonly parent: number;
  readonly role: Role;
  readonly service: number;
}[] = [
  { parent: -1, role: 'server', service: 0 },
  { parent: 0, role: 'internal', service: 0 },
  { parent: 0, role: 'client', service: 0 },
  { parent: 2, role: 'server', service: 1 },
  { parent: 3, role: 'database', service: 1 },
  { parent: 3, role: 'client', service: 1 },
  { parent: 5, role: 'server', service: 2 },
  { parent: 6, role: 'database', service: 3 },
];

/** An SDK sends one resource a request; only something like a Collector sends many spans at once. */
const resourceCount = (spans: number) => (spans < 64 ? 1 : 4);

function serviceOf(template: number, slot: number): string {
  return SERVICES[(template * 3 + slot) % SERVICES.length]!;
}

/** Service and name of span `span` of request `request`, as a search would ask for them. */
export function spanKey(
  request: number,
  span: number,
  spans: number,
): { readonly service: string; readonly operation: string } {
  const template = request % TEMPLATES;
  const { role, service } = PLACES[span % SPANS_A_TRACE]!;
  const variant = template + Math.floor(span / SPANS_A_TRACE);
  return {
    service: serviceOf(template, service % resourceCount(spans)),
    operation: nameOf(role, variant),
  };
}

export function shopRequest(template: number, spans: number): readonly ResourceText[] {
  const count = resourceCount(spans);
  const resources = Array.from({ length: count }, (_, slot) => emptyResource(template, slot));
  for (let i = 0; i < spans; i++) {
    const { role, service } = PLACES[i % SPANS_A_TRACE]!;
    const [http, database] = resources[service % count]!.scopes;
    (role === 'database' ? database : http).spans.push(spanText(template, i));
  }
  return resources;
}

function emptyResource(template: number, slot: number): ResourceText {
  const service = serviceOf(template, slot);
  const h = spread(template + service.length * 77);
  const instance = `${h.toString(16).padStart(8, '0')}-12ab-4cde-8f01-${spread(h).toString(16).padStart(12, '0')}`;
  return {
    attributes: [
      ['service.name', service],
      ['service.version', `2.${template % 4}.1`],
      ['service.namespace', 'shop'],
      ['service.instance.id', instance],
      ['deployment.environment.name', 'production'],
      ['host.name', `ip-10-0-${template % 4}-${h % 250}`],
      ['host.arch', 'amd64'],
      ['os.type', 'linux'],
      ['process.pid', (h % 30_000) + 2],
      ['process.runtime.name', 'nodejs'],
      ['process.runtime.version', '20.20.2'],
      ['telemetry.sdk.name', 'opentelemetry'],
      ['telemetry.sdk.language', 'nodejs'],
      ['telemetry.sdk.version', '2.1.0'],
    ],
    scopes: [
      {
        name: '@opentelemetry/instrumentation-http',
        version: '0.203.0',
        schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
        spans: [],
      },
      {
        name: '@opentelemetry/instrumentation-pg',
        version: '0.56.0',
        schemaUrl: undefined,
        spans: [],
      },
    ],
  };
}

function spanText(template: number, i: number): SpanText {
  const trace = Math.floor(i / SPANS_A_TRACE);
  const { role, parent } = PLACES[i % SPANS_A_TRACE]!;
  const variant = template + trace;
  const own = (kind: SlotKind): Slot => ({ kind, index: i });
  return {
    trace: { kind: 'trace', index: trace },
    id: own('span'),
    parent: parent < 0 ? undefined : { kind: 'span', index: trace * SPANS_A_TRACE + parent },
    name: nameOf(role, variant),
    kind: KINDS[role],
    start: own('start'),
    end: own('end'),
    attributes: attributesOf(role, variant, i),
    events: eventsOf(i),
    link:
      i % 32 === 7
        ? {
            trace: { kind: 'linked-trace', index: trace },
            span: own('linked-span'),
            attributes: [['link.kind', 'follows']],
          }
        : undefined,
    isError: i % 25 === 0,
  };
}

function eventsOf(i: number): SpanText['events'] {
  if (i % 25 === 0) {
    const attributes: Attributes = [
      ['exception.type', 'ConnectionError'],
      ['exception.message', FAILURE],
      ['exception.stacktrace', STACK],
    ];
    return [{ name: 'exception', at: { kind: 'end', index: i }, attributes }];
  }
  if (i % 10 !== 3) return [];
  const attributes: Attributes = [
    ['cache.key', { before: 'k:', slot: { kind: 'item', index: i } }],
    ['cache.size', 4096],
  ];
  return [{ name: 'cache.miss', at: { kind: 'start', index: i }, attributes }];
}

function nameOf(role: Role, variant: number): string {
  const v = variant % THINGS.length;
  if (role === 'server') return `${METHODS[v]} ${routeOf(v)}`;
  if (role === 'internal') return FUNCTIONS[v]!;
  return role === 'client' ? `HTTP ${METHODS[v]}` : STATEMENTS[v]!;
}

const routeOf = (v: number) => `/api/v1/${THINGS[v]}/{id}`;

function attributesOf(role: Role, variant: number, i: number): Attributes {
  const v = variant % THINGS.length;
  const h = spread(variant * 0x10001 + i * 31);
  const item: Slot = { kind: 'item', index: i };
  const path = (before: string): Varying => ({ before: `${before}/${THINGS[v]}/`, slot: item });
  const status = i % 25 === 0 ? 500 : 200;
  const user: readonly [string, Value] = [
    'user.id',
    { before: 'user-', slot: { kind: 'user', index: Math.floor(i / SPANS_A_TRACE) } },
  ];
  if (role === 'server')
    return [
      ['http.request.method', METHODS[v]!],
      ['http.route', routeOf(v)],
      ['url.path', path('')],
      ['http.response.status_code', status],
      ['url.scheme', 'https'],
      ['server.address', 'shop.example.com'],
      ['server.port', 443],
      ['user_agent.original', BROWSER],
      ['client.address', `10.${h % 256}.${(h >>> 8) % 256}.${(h >>> 16) % 256}`],
      ['app.cache.hit', h % 3 === 0],
      user,
    ];
  if (role === 'internal')
    return [
      ['code.function.name', FUNCTIONS[v]!],
      ['code.namespace', 'shop.controllers'],
      ['code.line.number', h % 900],
      ['thread.id', h % 16],
      ['thread.name', `worker-${h % 16}`],
      ['app.items', { list: ['sku-1042', 'sku-2203'] }],
      ['app.ok', true],
      ['app.ratio', { double: (h % 1_000) / 1_000 }],
      ['app.step', i],
      user,
    ];
  if (role === 'client')
    return [
      ['http.request.method', METHODS[v]!],
      ['url.full', path('https://backend.internal:8443')],
      ['http.response.status_code', status],
      ['server.address', 'backend.internal'],
      ['server.port', 8443],
      ['network.protocol.version', '1.1'],
      ['network.peer.address', `10.1.${h % 256}.${(h >>> 8) % 256}`],
      ['http.request.resend_count', 0],
      ['app.wait_ms', { double: (h % 5_000) / 100 }],
      ['app.pooled', true],
    ];
  const [operation, collection] = STATEMENTS[v]!.split(' ') as [string, string];
  return [
    ['db.system.name', 'postgresql'],
    ['db.namespace', 'shop'],
    ['db.operation.name', operation],
    ['db.collection.name', collection],
    ['db.query.text', QUERY],
    ['server.address', 'pg-primary.internal'],
    ['server.port', 5432],
    ['db.response.returned_rows', h % 50],
    ['db.client.wait', { double: (h % 700) / 100 }],
    ['db.key', { before: '', slot: item }],
  ];
}
