/**
 * Traces such as programs leave, for tests and for looking at: a shop that takes an order (a loop of
 * queries, a call to another service that fails, mail that is sent after the answer), its clocks in
 * disagreement, and a worker that hangs.
 */
import type { ResourceSpec, SpanSpec } from './otlp-request.ts';
import type { TraceSpec } from './trace-records.ts';

const PSP_ERROR = {
  name: 'exception',
  attributes: {
    'exception.type': 'PspError',
    'exception.message': '503 Service Unavailable',
    'exception.stacktrace':
      'PspError: 503 Service Unavailable\n    at charge (shop/charge.ts:88:9)',
  },
};

const STOCK_QUERIES: SpanSpec[] = Array.from({ length: 24 }, (_, i) => ({
  name: 'SELECT stock',
  kind: 'client',
  parent: 1,
  atMs: 16 + i * 16,
  durationMs: 12 + (i % 5),
  attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT … WHERE id = $1' },
}));

const SHOP: ResourceSpec = {
  service: 'shop',
  attributes: { 'host.name': 'node-1' },
  spans: [
    {
      name: 'POST /orders',
      kind: 'server',
      durationMs: 1230,
      status: 'error',
      attributes: { 'http.request.method': 'POST', 'http.response.status_code': 502 },
      events: [
        {
          name: 'synton.checkpoint',
          atMs: 12,
          attributes: { 'synton.checkpoint.name': 'cart.validated', items: 24 },
        },
      ],
    },
    { name: 'reserveStock', parent: 0, atMs: 14, durationMs: 410 },
    ...STOCK_QUERIES,
    {
      name: 'charge',
      parent: 0,
      atMs: 430,
      durationMs: 520,
      status: 'error',
      events: [{ ...PSP_ERROR, atMs: 518 }],
    },
    {
      name: 'POST',
      kind: 'client',
      parent: 26,
      atMs: 440,
      durationMs: 500,
      status: 'error',
      attributes: { 'server.address': 'payment', 'http.response.status_code': 503 },
    },
    { name: 'sendMail', parent: 0, atMs: 1200, durationMs: 300 },
    {
      name: 'orders send',
      kind: 'producer',
      parent: 0,
      atMs: 1190,
      durationMs: 4,
      attributes: { 'messaging.destination.name': 'orders' },
    },
  ],
};

/** Its clock is an hour behind. */
const PAYMENT: ResourceSpec = {
  service: 'payment',
  attributes: { 'host.name': 'node-2' },
  spans: [
    {
      name: 'POST /charges',
      kind: 'server',
      parent: 27,
      atMs: 460 - 3_600_000,
      durationMs: 400,
      status: 'error',
      events: [{ ...PSP_ERROR, atMs: 390 }],
    },
    {
      name: 'POST psp.example',
      kind: 'client',
      parent: 30,
      atMs: 480 - 3_600_000,
      durationMs: 350,
      status: 'error',
      statusMessage: '503',
      attributes: { 'url.full': 'https://psp.example/v1/charges' },
    },
  ],
};

const WAREHOUSE: ResourceSpec = {
  service: 'warehouse',
  attributes: { 'host.name': 'node-3' },
  spans: [{ name: 'orders process', kind: 'consumer', parent: 29, atMs: 1300, durationMs: 150 }],
};

/** 33 spans of three services. */
export const ORDER: TraceSpec = { resources: [SHOP, PAYMENT, WAREHOUSE] };

/** Not ended, not whole: a rebuild that still runs, and a step whose parent never came. */
export const REBUILD: TraceSpec = {
  service: 'worker',
  spans: [
    { name: 'nightly.rebuild', endUnixNano: 0n },
    { name: 'load', parent: 0, atMs: 1, durationMs: 20 },
    { name: 'index', parent: 0, atMs: 25, endUnixNano: 0n },
    { name: 'upload', parent: 'ffffffffffffffff', atMs: 40, durationMs: 5 },
  ],
  origins: { 0: 'running', 2: 'running' },
};
