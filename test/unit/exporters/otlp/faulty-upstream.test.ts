/** A real forwarder against a real upstream that fails in every way: nothing accepted is lost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination } from '../../../../src/exporters/otlp/destination.ts';
import { FileCursorStore } from '../../../../src/exporters/otlp/file-cursor-store.ts';
import { Forwarder, type ForwarderSettings } from '../../../../src/exporters/otlp/forwarder.ts';
import { GrpcDestination } from '../../../../src/exporters/otlp/grpc-destination.ts';
import { HttpDestination } from '../../../../src/exporters/otlp/http-destination.ts';
import { MemoryQueue } from '../../../../src/exporters/otlp/memory-queue.ts';
import { tracesToJson } from '../../../../src/otlp/json/protobuf-to-json.ts';
import { buildRequest, realisticRequest } from '../../../support/otlp-request.ts';
import {
  GrpcUpstream,
  HttpUpstream,
  spanIdsOf,
  type UpstreamAnswer,
} from '../../../support/otlp-upstream.ts';
import { NO_DEADLINE, testHost } from '../../../support/receiver-host.ts';

const VERSION = '1.2.3';
/** The real figures are tested with a clock turned by hand; here seconds are milliseconds. */
const QUICK = { firstMs: 10, factor: 1.5, jitter: 0.5, maxMs: 60 };

type Upstream = GrpcUpstream | HttpUpstream;

interface Transport {
  readonly name: string;
  readonly upstream: () => Upstream;
  readonly destination: (endpoint: string, timeoutMs?: number) => Destination;
  /** How this transport says: overloaded; wrong place; unauthenticated; bad request. */
  readonly overloaded: UpstreamAnswer;
  readonly nowhere: UpstreamAnswer;
  readonly unauthenticated: UpstreamAnswer;
  readonly invalid: UpstreamAnswer;
}

const HTTP_ANSWERS = {
  overloaded: { kind: 'http', status: 503 },
  nowhere: { kind: 'http', status: 404 },
  unauthenticated: { kind: 'http', status: 401 },
  invalid: { kind: 'http', status: 400 },
} as const;

const TRANSPORTS: readonly Transport[] = [
  {
    name: 'gRPC',
    upstream: () => new GrpcUpstream(),
    destination: (endpoint, timeoutMs = 5000) =>
      new GrpcDestination({ endpoint, version: VERSION, timeoutMs }),
    overloaded: { kind: 'grpc', code: 14 },
    nowhere: { kind: 'grpc', code: 12 },
    unauthenticated: { kind: 'grpc', code: 16 },
    invalid: { kind: 'grpc', code: 3 },
  },
  {
    name: 'HTTP, protobuf',
    upstream: () => new HttpUpstream(),
    destination: (endpoint, timeoutMs = 30_000) =>
      new HttpDestination({ endpoint, version: VERSION, timeoutMs }),
    ...HTTP_ANSWERS,
  },
];

let upstream: Upstream;
let destination: Destination;
let folder: string;
let cursors: FileCursorStore;
let log: MemoryQueue;
let forwarder: Forwarder | undefined;
const host = testHost();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synton-forward-'));
  cursors = new FileCursorStore({ path: join(folder, 'upstream') });
  log = new MemoryQueue();
});

afterEach(async () => {
  upstream?.stop();
  await forwarder?.shutdown(AbortSignal.timeout(100));
  await destination?.close();
  await rm(folder, { recursive: true });
});

function store(count: number): string[] {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const request = realisticRequest({ spans: 8, seed: nextSeed++ });
    ids.push(...spanIdsOf(request));
    log.push([{ request, spanCount: 8 }]);
  }
  return ids;
}

let nextSeed = 1;

async function forward(settings: Partial<ForwarderSettings> = {}): Promise<Forwarder> {
  forwarder = new Forwarder(
    { log, destination, cursors, deadLetters: cursors },
    {
      name: 'upstream',
      persistent: true,
      startAt: 'oldest',
      backoff: QUICK,
      requestBytesMax: 1,
      ...settings,
    },
  );
  await forwarder.start(host);
  return forwarder;
}

describe.each(TRANSPORTS)('over $name', (transport) => {
  beforeEach(() => {
    upstream = transport.upstream();
  });

  it('what is accepted is what was stored, byte for byte', async () => {
    await upstream.start();
    destination = transport.destination(upstream.endpoint);
    const request = realisticRequest({ spans: 40 });
    log.push([{ request, spanCount: 40 }]);
    await (await forward()).flush(NO_DEADLINE);
    expect(upstream.accepted.map(({ body }) => body)).toEqual([Buffer.from(request)]);
    const { headers, path } = upstream.accepted[0]!;
    expect(headers['user-agent']).toMatch(
      /^Synton\/1\.2\.3 OTel-OTLP-Exporter-JavaScript\/1\.2\.3/,
    );
    expect(path).toMatch(/\/v1\/traces$|TraceService\/Export$/);
  });

  it('an upstream that is down, then there, then gone in the middle: all delivered', async () => {
    await upstream.start();
    upstream.stop();
    destination = transport.destination(upstream.endpoint);
    const ids = store(20);
    await forward();
    while (forwarder!.status()!.lastError === undefined) await new Promise((r) => setTimeout(r, 5));
    await upstream.start();
    await upstream.until(() => upstream.accepted.length >= 5);
    upstream.stop();
    ids.push(...store(10));
    await upstream.start();
    await forwarder!.flush(NO_DEADLINE);
    expect(new Set(upstream.spanIds)).toEqual(new Set(ids));
  });

  it('an upstream that never answers: a deadline, then another try', async () => {
    await upstream.start();
    destination = transport.destination(upstream.endpoint, 60);
    const ids = store(2);
    upstream.behave = (_request, count) => (count <= 3 ? { kind: 'hang' } : { kind: 'accept' });
    await (await forward()).flush(NO_DEADLINE);
    expect(new Set(upstream.spanIds)).toEqual(new Set(ids));
  });

  it('an upstream that is overloaded: tried again until it is not', async () => {
    await upstream.start();
    destination = transport.destination(upstream.endpoint);
    const ids = store(5);
    upstream.behave = (_request, count) => (count % 2 ? transport.overloaded : { kind: 'accept' });
    await (await forward()).flush(NO_DEADLINE);
    expect(new Set(upstream.spanIds)).toEqual(new Set(ids));
    expect(forwarder!.status()!.lastError).toBeDefined();
  });

  it.each(['nowhere', 'unauthenticated'] as const)(
    '%s: set aside on disk, the rest goes on',
    async (how) => {
      await upstream.start();
      destination = transport.destination(upstream.endpoint);
      const ids = store(4);
      upstream.behave = (_request, count) => (count <= 2 ? transport[how] : { kind: 'accept' });
      await (await forward({ inFlightMax: 1 })).flush(NO_DEADLINE);
      expect(upstream.spanIds).toEqual(ids.slice(16));
      const letters = await cursors.list(10);
      expect(letters.flatMap(({ request }) => spanIdsOf(request))).toEqual(ids.slice(0, 16));
    },
  );

  it('a poisonous span: it alone is set aside', async () => {
    await upstream.start();
    destination = transport.destination(upstream.endpoint);
    const ids = store(16);
    const poison = ids[77]!;
    upstream.behave = ({ body }) =>
      spanIdsOf(body).includes(poison) ? transport.invalid : { kind: 'accept' };
    await (await forward({ requestBytesMax: 1 << 20 })).flush(NO_DEADLINE);
    expect(new Set(upstream.spanIds)).toEqual(new Set(ids.filter((id) => id !== poison)));
    const [letter] = await cursors.list(10);
    expect(spanIdsOf(letter!.request)).toEqual([poison]);
  });

  it('partial success: counted, not sent again', async () => {
    await upstream.start();
    destination = transport.destination(upstream.endpoint);
    const before = host.counters.dropped('forward_rejected');
    store(1);
    upstream.behave = () => ({ kind: 'accept', rejectedSpans: 3, message: 'too old' });
    await (await forward()).flush(NO_DEADLINE);
    expect(host.counters.dropped('forward_rejected') - before).toBe(3);
    expect(upstream.seen).toHaveLength(1);
  });

  it('a reply of a gigabyte: not read', async () => {
    await upstream.start();
    destination = transport.destination(upstream.endpoint);
    const bytes = transport.name === 'gRPC' ? 32 << 20 : 1 << 30;
    upstream.behave = () => ({ kind: 'flood', bytes });
    const before = process.memoryUsage().arrayBuffers;
    const result = await destination.send(realisticRequest({ spans: 1 }), 1, NO_DEADLINE);
    expect(result).toMatchObject(
      transport.name === 'gRPC'
        ? { status: 'refused', code: 'REPLY_TOO_LARGE' }
        : { status: 'sent', rejectedSpans: 0 },
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(80 << 20);
  });

  it('a process that ends in the middle, again and again: nothing lost', async () => {
    await upstream.start();
    const ids = store(60);
    for (let run = 0; run < 12; run++) {
      destination = transport.destination(upstream.endpoint);
      const target = upstream.seen.length + 5;
      await forward({ saveIntervalMs: 1, inFlightMax: 3 });
      await upstream.until(
        () => upstream.seen.length >= target || upstream.spanIds.length >= ids.length,
      );
      // No goodbye: what was in flight is not waited for.
      await forwarder!.shutdown(AbortSignal.abort());
      await destination.close();
    }
    destination = transport.destination(upstream.endpoint);
    await (await forward()).flush(NO_DEADLINE);
    expect(new Set(upstream.spanIds)).toEqual(new Set(ids));
  });
});

describe('what gRPC says', () => {
  let grpc: GrpcUpstream;

  beforeEach(async () => {
    grpc = await new GrpcUpstream().start();
    upstream = grpc;
    destination = new GrpcDestination({ endpoint: grpc.endpoint, version: VERSION });
  });

  async function resultOf(answer: UpstreamAnswer) {
    grpc.behave = () => answer;
    return destination.send(realisticRequest({ spans: 1 }), 1, NO_DEADLINE);
  }

  it.each([
    [1, 'retry'],
    [4, 'retry'],
    [10, 'retry'],
    [11, 'retry'],
    [14, 'retry'],
    [15, 'retry'],
    [8, 'too_large'],
    [3, 'refused'],
    [2, 'refused'],
    [5, 'refused'],
    [7, 'refused'],
    [12, 'refused'],
    [13, 'refused'],
    [16, 'refused'],
  ])('code %i: %s', async (code, status) => {
    expect(await resultOf({ kind: 'grpc', code })).toMatchObject({ status });
  });

  it.each([14, 8])('code %i with RetryInfo: tried again after that', async (code) => {
    expect(await resultOf({ kind: 'grpc', code, retryAfterMs: 1250 })).toMatchObject({
      status: 'retry',
      afterMs: 1250,
    });
  });

  it('a request beyond the peer’s limit: halved until it fits', async () => {
    grpc.stop();
    await grpc.start(0, 20_000);
    destination = new GrpcDestination({
      endpoint: grpc.endpoint,
      version: VERSION,
      compression: 'none',
    });
    const request = realisticRequest({ spans: 200 });
    log.push([{ request, spanCount: 200 }]);
    await (await forward()).flush(NO_DEADLINE);
    expect(new Set(grpc.spanIds)).toEqual(new Set(spanIdsOf(request)));
    expect(await cursors.list(1)).toEqual([]);
  });

  it('headers of our own are sent', async () => {
    destination = new GrpcDestination({
      endpoint: grpc.endpoint.replace('http://', ''),
      version: VERSION,
      headers: { 'x-tenant': 'blue' },
    });
    expect(await resultOf({ kind: 'accept' })).toMatchObject({ status: 'sent' });
    expect(grpc.seen[0]!.headers['x-tenant']).toBe('blue');
  });
});

describe('what HTTP says', () => {
  let http: HttpUpstream;

  beforeEach(async () => {
    http = await new HttpUpstream().start();
    upstream = http;
    destination = new HttpDestination({ endpoint: http.endpoint, version: VERSION });
  });

  async function resultOf(answer: UpstreamAnswer) {
    http.behave = () => answer;
    return destination.send(realisticRequest({ spans: 1 }), 1, NO_DEADLINE);
  }

  it.each([
    [429, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
    [413, 'too_large'],
    [400, 'refused'],
    [401, 'refused'],
    [403, 'refused'],
    [404, 'refused'],
    [408, 'refused'],
    [500, 'refused'],
  ])('%i: %s', async (status, expected) => {
    expect(await resultOf({ kind: 'http', status })).toMatchObject({ status: expected });
  });

  it.each([
    ['7', 7000],
    ['0', 0],
    ['soon', undefined],
  ])('503 with Retry-After %s', async (value, afterMs) => {
    const headers = { 'retry-after': value };
    const result = await resultOf({ kind: 'http', status: 503, headers });
    expect(result).toMatchObject({ status: 'retry', ...(afterMs !== undefined && { afterMs }) });
  });

  it('503 with a date in Retry-After', async () => {
    const headers = { 'retry-after': new Date(Date.now() + 60_000).toUTCString() };
    const result = await resultOf({ kind: 'http', status: 503, headers });
    expect((result as { afterMs: number }).afterMs).toBeGreaterThan(55_000);
  });

  it('redirects are not followed', async () => {
    const elsewhere = await new HttpUpstream().start();
    const headers = { location: `${elsewhere.endpoint}/v1/traces` };
    expect(await resultOf({ kind: 'http', status: 307, headers })).toMatchObject({
      status: 'refused',
      about: 'endpoint',
    });
    expect(elsewhere.seen).toHaveLength(0);
    elsewhere.stop();
  });

  it.each(['gzip', 'none'] as const)('JSON, %s', async (compression) => {
    destination = new HttpDestination({
      endpoint: `${http.endpoint}/custom/path`,
      version: VERSION,
      format: 'json',
      compression,
      headers: { 'x-tenant': 'blue' },
    });
    const request = buildRequest({ spans: [{ name: 'GET /' }] });
    http.behave = () => ({ kind: 'accept', rejectedSpans: 1, message: 'too old' });
    expect(await destination.send(request, 1, NO_DEADLINE)).toEqual({
      status: 'sent',
      rejectedSpans: 1,
      message: 'too old',
    });
    const { body, headers, path } = http.accepted[0]!;
    expect(body).toEqual(Buffer.from(tracesToJson(request)));
    expect(path).toBe('/custom/path');
    expect([headers['content-type'], headers['x-tenant']]).toEqual(['application/json', 'blue']);
  });
});
