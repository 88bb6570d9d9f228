/**
 * A trace that has one of everything that details and marks tell: events out of order, an exception with a stack, a link, a place in the
 * code, who was called and sends nothing, more attributes than are seen at a glance, a span whose parent never came.
 */
import { randomBytes } from 'node:crypto';
import { sendTrace } from './send-trace.ts';

export interface ToldTrace {
  readonly traceId: string;
  /** What its root links to. */
  readonly linkedId: string;
}

/** As OTLP/JSON has them. */
interface GivenSpan {
  readonly id: number;
  readonly below?: number;
  readonly name: string;
  /** Internal 1, server 2, client 3. */
  readonly kind: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly events?: readonly object[];
  readonly links?: readonly object[];
  readonly status?: { readonly code: number; readonly message: string };
}

export const ROOT_ATTRIBUTES: Readonly<Record<string, string>> = {
  'code.file.path': '/srv/shop/cart.ts',
  'code.line.number': '42',
  ...Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`told.key${at}`, `value ${at}`])),
};
export const STACK: string = [
  'PspError: no money',
  '    at charge (/srv/shop/charge.ts:88:7)',
  '    at run (/srv/shop/node_modules/psp/index.js:3:1)',
].join('\n');
const ERROR = { code: 2, message: 'no money' };

/** The root 100 ms long; three children, the second and the last of them failed; one without its parent. @param http of a receiver */
export async function sendToldTrace(http: string): Promise<ToldTrace> {
  const linkedId = await sendTrace(http, { service: 'web', name: 'asked before' });
  const traceId = randomBytes(16).toString('hex');
  const begunMs = Date.now() - 5_000;
  const nanos = (ms: number): string => String(BigInt(begunMs + ms) * 1_000_000n);
  const event = (name: string, ms: number, attributes: Readonly<Record<string, string>> = {}) => ({
    ...{ name, timeUnixNano: nanos(ms), attributes: attributesOf(attributes) },
  });
  const exception = { 'exception.type': 'PspError', 'exception.message': 'no money' };
  const spans: readonly GivenSpan[] = [
    {
      ...{ id: 1, name: 'GET /cart', kind: 2, startMs: 0, endMs: 100 },
      attributes: ROOT_ATTRIBUTES,
      events: [event('happened second', 60), event('happened first', 20)],
      links: [{ traceId: linkedId, spanId: '' }],
    },
    { ...{ id: 2, below: 1, name: 'load', kind: 1, startMs: 5, endMs: 30 } },
    {
      ...{ id: 3, below: 1, name: 'charge', kind: 1, startMs: 35, endMs: 80, status: ERROR },
      events: [event('exception', 70, { ...exception, 'exception.stacktrace': STACK })],
    },
    {
      ...{ id: 4, below: 1, name: 'pay', kind: 3, startMs: 85, endMs: 95, status: ERROR },
      attributes: { 'server.address': 'psp.example' },
    },
    { ...{ id: 5, below: 99, name: 'send mail', kind: 1, startMs: 96, endMs: 99 } },
  ];
  const body = {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': 'shop', 'host.name': 'box-7' }) },
        scopeSpans: [
          {
            scope: { name: 'cart-scope', version: '1.2', attributes: attributesOf({ of: 'cart' }) },
            spans: spans.map(({ id, below, startMs, endMs, attributes = {}, ...rest }) => ({
              ...rest,
              ...{ traceId, spanId: spanId(id) },
              ...(below !== undefined && { parentSpanId: spanId(below) }),
              ...{ startTimeUnixNano: nanos(startMs), endTimeUnixNano: nanos(endMs) },
              attributes: attributesOf(attributes),
            })),
          },
        ],
      },
    ],
  };
  const response = await fetch(`${http}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return { traceId, linkedId };
}

export const spanId = (id: number): string => id.toString(16).padStart(16, '0');

const attributesOf = (attributes: Readonly<Record<string, string>>) =>
  Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
