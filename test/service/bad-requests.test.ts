/**
 * Requests that are truncated, oversized, mutated, of the wrong type or wrongly compressed, and empty ones, against
 * the running command: each gets the code that the specification gives it, in its own encoding, and the next good
 * request is answered.
 */
import http from 'node:http';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultScene, type RunningProcess } from '../support/fault-scene.ts';
import { oracle } from '../support/otlp-proto.ts';
import { buildRequest } from '../support/otlp-request.ts';
import {
  grpcFrame,
  LOGS_EXPORT,
  RawGrpcClient,
  TRACES_EXPORT,
} from '../support/raw-grpc-client.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { SpanLedger } from '../support/span-ledger.ts';
import { TRANSPORTS, TraceLoad, uniqueRequest } from '../support/trace-load.ts';

const LIMIT = 64 * 1024;
const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const JSON_TYPE = { 'content-type': 'application/json' };
const GOOD = uniqueRequest(5);
const BOMB = Buffer.alloc(100 * LIMIT);
const DEEP = `{"resourceSpans":${'['.repeat(100_000)}`;

const scene = new FaultScene();
let running: RunningProcess;

beforeAll(async () => {
  running = await scene.start({
    flags: [
      `--receivers.otlp.grpc.max_request_bytes=${LIMIT}`,
      `--receivers.otlp.http.max_request_bytes=${LIMIT}`,
    ],
  });
});

afterAll(() => scene.close());

/** Over every transport, so that a fault on one does not hide behind another. */
async function expectGoodRequestsAnswered(): Promise<void> {
  const load = new TraceLoad(running, new SpanLedger());
  for (const transport of TRANSPORTS)
    expect(await load.send(transport, uniqueRequest(2)), transport).toBe('ok');
  await load.stop();
}

interface HttpRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
}

interface HttpAnswer {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

function post({ method = 'POST', path = '/v1/traces', headers, body }: HttpRequest) {
  return new Promise<HttpAnswer>((resolve, reject) => {
    const outgoing = http.request(
      { host: '127.0.0.1', port: running.httpPort, method, path, headers },
      async (response) => {
        const pieces: Buffer[] = [];
        for await (const piece of response as AsyncIterable<Buffer>) pieces.push(piece);
        const { statusCode: status, headers: received } = response;
        resolve({ status, headers: received, body: Buffer.concat(pieces) });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const HTTP_CASES: readonly (readonly [string, number, HttpRequest])[] = [
  ['good protobuf', 200, { headers: PROTOBUF, body: GOOD }],
  ['zstd', 200, zipped('zstd', zstdCompressSync(GOOD))],
  ['nothing, as protobuf', 200, { headers: PROTOBUF }],
  ['an empty object', 200, { headers: JSON_TYPE, body: '{}' }],
  ['truncated protobuf', 400, { headers: PROTOBUF, body: GOOD.subarray(0, -3) }],
  ['truncated JSON', 400, { headers: JSON_TYPE, body: '{"resourceSpans":[{' }],
  ['nothing, as JSON', 400, { headers: JSON_TYPE }],
  ['JSON of another shape', 400, { headers: JSON_TYPE, body: '{"resourceSpans":7}' }],
  ['JSON 100,000 deep', 400, { headers: JSON_TYPE, body: DEEP.slice(0, LIMIT) }],
  ['a group without end', 400, { headers: PROTOBUF, body: Buffer.from([0x0b]) }],
  ['protobuf called JSON', 400, { headers: JSON_TYPE, body: GOOD }],
  ['JSON called protobuf', 400, { headers: PROTOBUF, body: '{"resourceSpans":[]}' }],
  ['an encoding that is unknown', 400, zipped('br', GOOD)],
  ['gzip that is none', 400, zipped('gzip', GOOD)],
  ['gzip cut short', 400, zipped('gzip', gzipSync(GOOD).subarray(0, -12))],
  ['deflate cut short', 400, zipped('deflate', deflateSync(GOOD).subarray(0, -9))],
  ['zstd that is none', 400, zipped('zstd', GOOD)],
  ['a gzip bomb', 413, zipped('gzip', gzipSync(BOMB))],
  ['a zstd bomb', 413, zipped('zstd', zstdCompressSync(BOMB))],
  ['more than the limit', 413, { headers: PROTOBUF, body: Buffer.alloc(LIMIT + 1) }],
  [
    'more than the limit, unannounced',
    413,
    { headers: { ...PROTOBUF, 'transfer-encoding': 'chunked' }, body: Buffer.alloc(LIMIT + 1) },
  ],
  ['text', 415, { headers: { 'content-type': 'text/plain' }, body: GOOD }],
  ['no type', 415, { body: GOOD }],
  ['another method', 405, { method: 'GET', headers: PROTOBUF }],
  ['another path', 404, { path: '/v1/trace', headers: PROTOBUF, body: GOOD }],
  ['another host', 403, { headers: { ...PROTOBUF, host: 'evil.example' }, body: GOOD }],
  ['another origin', 403, { headers: { ...PROTOBUF, origin: 'https://evil.example' }, body: GOOD }],
];

function zipped(encoding: string, body: Uint8Array): HttpRequest {
  return { headers: { ...PROTOBUF, 'content-encoding': encoding }, body };
}

describe('over HTTP', () => {
  it.each(HTTP_CASES)('%s: %i', async (_name, status, request) => {
    const answer = await post(request);
    expect(answer.status, answer.body.toString()).toBe(status);
    if (status === 405) expect(answer.headers.allow).toBe('POST');
    const asked = request.headers?.['content-type'];
    const type = asked === PROTOBUF['content-type'] ? asked : JSON_TYPE['content-type'];
    expect(answer.headers['content-type']).toBe(type);
    if (status !== 200) {
      const { message } = (
        type === PROTOBUF['content-type']
          ? oracle.status.decode(answer.body)
          : JSON.parse(answer.body.toString())
      ) as { message: string };
      expect(message).toMatch(/\w/);
    }
    await expectGoodRequestsAnswered();
  });

  it('a span without ids: the others are kept, it is counted', async () => {
    const request = buildRequest({ spans: [{ name: 'good' }, { name: 'bad', spanId: '00' }] });
    const { status, body } = await post({ headers: PROTOBUF, body: request });
    expect(status).toBe(200);
    expect(oracle.traceResponse.decode(body).toJSON()).toMatchObject({
      partialSuccess: { rejectedSpans: '1' },
    });
  });
});

const OK = 0;
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;
const GZIP = { 'grpc-encoding': 'gzip' };

const GRPC_CASES: readonly (readonly [string, number, Uint8Array, Record<string, string>])[] = [
  ['good', OK, grpcFrame(GOOD), {}],
  ['gzip', OK, grpcFrame(gzipSync(GOOD), true), GZIP],
  ['an empty message', OK, grpcFrame(Buffer.alloc(0)), {}],
  ['truncated protobuf', INVALID_ARGUMENT, grpcFrame(GOOD.subarray(0, -3)), {}],
  ['a message cut short', INVALID_ARGUMENT, grpcFrame(GOOD, false, GOOD.length + 9), {}],
  ['gzip that is none', INVALID_ARGUMENT, grpcFrame(GOOD, true), GZIP],
  ['a gzip bomb', RESOURCE_EXHAUSTED, grpcFrame(gzipSync(BOMB), true), GZIP],
  ['more than the limit', RESOURCE_EXHAUSTED, grpcFrame(Buffer.alloc(LIMIT + 1)), {}],
  ['an encoding that is unknown', UNIMPLEMENTED, grpcFrame(GOOD, true), { 'grpc-encoding': 'br' }],
  ['compressed, by what is not said', INTERNAL, grpcFrame(gzipSync(GOOD), true), {}],
  ['no message', UNIMPLEMENTED, Buffer.alloc(0), {}],
  ['two messages', UNIMPLEMENTED, Buffer.concat([grpcFrame(GOOD), grpcFrame(GOOD)]), {}],
  ['another method', UNIMPLEMENTED, grpcFrame(GOOD), { ':path': `${TRACES_EXPORT}s` }],
  ['logs, nothing in them', OK, grpcFrame(Buffer.alloc(0)), { ':path': LOGS_EXPORT }],
];

describe('over gRPC', () => {
  it.each(GRPC_CASES)('%s: %i', async (_name, status, body, headers) => {
    const client = new RawGrpcClient(running.grpcPort);
    const answer = await client.send(body, headers);
    expect(answer.grpcStatus, answer.grpcMessage).toBe(status);
    // The same connection goes on.
    expect((await client.call(uniqueRequest(1))).grpcStatus).toBe(OK);
    client.close();
    await expectGoodRequestsAnswered();
  });
});

it('300 mutations: accepted or invalid, nothing else, and nothing that holds up the next', async () => {
  const random = new SeededRandom(7);
  const client = new RawGrpcClient(running.grpcPort);
  for (let i = 0; i < 300; i++) {
    const mutated = Buffer.from(GOOD);
    for (let flips = 1 + random.below(8); flips > 0; flips--)
      mutated[random.below(mutated.length)] = random.below(256);
    const startedMs = performance.now();
    if (i % 2 === 0)
      expect([OK, INVALID_ARGUMENT]).toContain((await client.call(mutated)).grpcStatus);
    else expect([200, 400]).toContain((await post({ headers: PROTOBUF, body: mutated })).status);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  }
  client.close();
  await expectGoodRequestsAnswered();
});
