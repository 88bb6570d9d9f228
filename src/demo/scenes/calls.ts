/** What services do to each other and to what lies behind them, with the attributes that instrumentations leave. */
import { SpanKind } from '@opentelemetry/api';
import type { ServiceName } from '../demo-services.ts';
import type { SpanPlan } from '../span-plan.ts';
import { type Body, Step } from '../step.ts';

export interface Request {
  readonly to: ServiceName;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/orders/{id}`. */
  readonly route: string;
  /** As it was asked for. @default the route */
  readonly path?: string;
  /** @default 200 */
  readonly status?: () => number;
  /** @default none: it is the first attempt */
  readonly resendCount?: number;
}

const PORT = 8080;
const NETWORK_MS = 0.5;
const DATABASES: Readonly<Record<string, string>> = {
  postgresql: 'db.shop.internal',
  redis: 'cache.shop.internal',
};

/** A call over HTTP: a span of who asks, and one of who is asked. @returns the former */
export function ask(from: Step, request: Request, body: Body): Step {
  const { to, method, route, path = route, status = () => 200, resendCount } = request;
  const attributes = {
    'http.request.method': method,
    'url.full': `http://${to}.shop.internal:${PORT}${path}`,
    'url.template': route,
    'server.address': `${to}.shop.internal`,
    'server.port': PORT,
    'network.protocol.version': '1.1',
    ...(resendCount !== undefined && { 'http.request.resend_count': resendCount }),
  };
  return from.child({ name: `${method} ${route}`, kind: SpanKind.CLIENT, attributes }, (client) => {
    client.work(NETWORK_MS);
    client.child(serverSpan(to, method, route, path), (server) => {
      server.work(0.3);
      body(server);
      server.set({ 'http.response.status_code': status() });
      if (status() >= 500 && !server.failed) server.fail('');
    });
    client.work(NETWORK_MS);
    client.set({ 'http.response.status_code': status() });
    if (status() < 400) return;
    client.set({ 'error.type': String(status()) });
    client.fail('');
  });
}

/** As a browser's request arrives: for the root of a trace. */
export function serverSpan(
  service: ServiceName,
  method: string,
  route: string,
  path: string = route,
): { service: ServiceName; name: string; kind: SpanKind; attributes: Record<string, string> } {
  return {
    service,
    name: `${method} ${route}`,
    kind: SpanKind.SERVER,
    attributes: {
      'http.request.method': method,
      'http.route': route,
      'url.path': path.replace(/\?.*/, ''),
      'url.scheme': 'http',
      'user_agent.original': service === 'web' ? 'Mozilla/5.0 (demo)' : 'undici',
    },
  };
}

export interface Query {
  readonly operation: 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
  readonly table: string;
  readonly text: string;
  readonly medianMs?: number;
  readonly rows?: number;
}

export function query(step: Step, { operation, table, text, medianMs = 3, rows = 1 }: Query): Step {
  const attributes = {
    'db.system.name': 'postgresql',
    'db.namespace': 'shop',
    'db.operation.name': operation,
    'db.collection.name': table,
    'db.query.text': text,
    'db.response.returned_rows': rows,
    'server.address': DATABASES['postgresql']!,
    'server.port': 5432,
  };
  return step.child({ name: `${operation} ${table}`, kind: SpanKind.CLIENT, attributes }, (one) =>
    one.work(medianMs),
  );
}

/** @returns whether it was there */
export function cached(step: Step, key: string, share = 0.8): boolean {
  const isThere = step.random.chance(share);
  // Keys are many, what they are keys of is not.
  const summary = `GET ${key.replace(/:.*/, ':*')}`;
  const attributes = {
    'db.system.name': 'redis',
    'db.operation.name': 'GET',
    'db.query.summary': summary,
    'db.query.text': `GET ${key}`,
    'server.address': DATABASES['redis']!,
    'server.port': 6379,
    'shop.cache.hit': isThere,
  };
  step.child({ name: summary, kind: SpanKind.CLIENT, attributes }, (one) => one.work(0.4));
  return isThere;
}

/** A service that nobody has instrumented. */
export function askOutside(
  step: Step,
  host: string,
  path: string,
  medianMs: number,
  status: number,
  resendCount?: number,
): Step {
  const attributes = {
    'http.request.method': 'POST',
    'url.full': `https://${host}${path}`,
    'url.template': path,
    'server.address': host,
    'server.port': 443,
    'http.response.status_code': status,
    ...(resendCount !== undefined && { 'http.request.resend_count': resendCount }),
  };
  return step.child({ name: `POST ${path}`, kind: SpanKind.CLIENT, attributes }, (one) => {
    one.work(medianMs);
    if (status < 400) return;
    one.set({ 'error.type': String(status) });
    one.fail('');
  });
}

export interface Message {
  readonly queue: string;
  readonly id: string;
  readonly consumer: ServiceName;
  /** Of the trace that takes it from the queue. */
  readonly handle: Body;
}

/** Puts a message into a queue; who takes it begins another trace, which links to this one. */
export function publish(step: Step, { queue, id, consumer, handle }: Message): void {
  const attributes = {
    'messaging.system': 'rabbitmq',
    'messaging.destination.name': queue,
    'messaging.message.id': id,
  };
  const sent = {
    ...attributes,
    'messaging.operation.name': 'publish',
    'messaging.operation.type': 'send',
  };
  const taken = {
    ...attributes,
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
  };
  const name = `publish ${queue}`;
  step.child({ name, kind: SpanKind.PRODUCER, attributes: sent }, (producer) => {
    producer.work(1.2);
    producer.follow(
      producer.random.around(40, 1),
      received(producer, consumer, `process ${queue}`, taken, handle),
    );
  });
}

function received(
  producer: Step,
  service: ServiceName,
  name: string,
  attributes: Record<string, string>,
  handle: Body,
): SpanPlan {
  const step = new Step({ service, name, kind: SpanKind.CONSUMER, attributes }, producer.random);
  handle(step);
  return step.plan();
}
