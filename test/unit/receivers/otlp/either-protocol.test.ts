/** Both protocols on both ports: a program that was told the wrong one of the two is let in as well. */
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  BasicTracerProvider,
  SimpleSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ByteBudget } from '../../../../src/pipeline/byte-budget.ts';
import type { SortedServer } from '../../../../src/receivers/otlp/either-protocol.ts';
import { OtlpGrpcReceiver } from '../../../../src/receivers/otlp-grpc/otlp-grpc-receiver.ts';
import { OtlpHttpReceiver } from '../../../../src/receivers/otlp-http/otlp-http-receiver.ts';
import { eventually } from '../../../support/eventually.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { RawGrpcClient } from '../../../support/raw-grpc-client.ts';
import { type TestHost, testHost } from '../../../support/receiver-host.ts';
import { RecordingConsumer } from '../../../support/recording-consumer.ts';

const REQUEST = buildRequest({ spans: [{ name: 'GET /' }] });
const AT = { host: '127.0.0.1', port: 0 };

let consumer: RecordingConsumer;
let http: OtlpHttpReceiver;
let grpc: OtlpGrpcReceiver;
let clock: ManualClock;
let host: TestHost;

function meet(one: SortedServer, other: SortedServer): void {
  one.other = other.accept;
  other.other = one.accept;
}

beforeEach(async () => {
  consumer = new RecordingConsumer();
  clock = new ManualClock();
  host = testHost(clock);
  const budget = new ByteBudget(8 * 1024 * 1024);
  http = new OtlpHttpReceiver(AT, consumer, budget);
  grpc = new OtlpGrpcReceiver(AT, consumer, budget);
  await Promise.all([http.start(host), grpc.start(host)]);
  meet(http.connections!, grpc.connections!);
});

const stop = (deadline = AbortSignal.timeout(5_000)) =>
  Promise.all([http.shutdown(deadline), grpc.shutdown(deadline)]);

afterEach(async () => {
  await stop();
});

function connect(port: number): net.Socket {
  const socket = net.connect(port, AT.host);
  socket.on('error', () => {});
  return socket;
}

/** However it is cut. */
const closeOf = (socket: net.Socket) =>
  new Promise<void>((resolve) => socket.once('close', () => resolve()));

describe.for(['http', 'grpc'] as const)('the port of %s', (name) => {
  const port = () => (name === 'http' ? http : grpc).port;

  it.for([
    ['gRPC', () => new GrpcExporter({ url: `http://127.0.0.1:${port()}` })],
    ['protobuf', () => new ProtoExporter({ url: `http://127.0.0.1:${port()}/v1/traces` })],
    ['JSON', () => new JsonExporter({ url: `http://127.0.0.1:${port()}/v1/traces` })],
  ] as const)('takes spans of an SDK over %s', async ([, newExporter]) => {
    const exporter: SpanExporter = newExporter();
    const provider = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    });
    for (const name of ['a', 'b'])
      provider.getTracer('test').startSpan(name).setStatus({ code: SpanStatusCode.OK }).end();
    await provider.forceFlush();
    expect(consumer.requests).toHaveLength(2);
    await provider.shutdown();
  });

  it('takes many requests over one connection of either kind, large ones too', async () => {
    const spans = Array.from({ length: 2_000 }, (_, i) => ({ name: `${i}`.repeat(50) }));
    const large = buildRequest({ spans });
    const client = new RawGrpcClient(port());
    for (const body of [REQUEST, large, REQUEST])
      expect((await client.call(body)).grpcStatus).toBe(0);
    client.close();
    for (const body of [REQUEST, large, REQUEST]) {
      const headers = { 'content-type': 'application/x-protobuf' };
      const url = `http://127.0.0.1:${port()}/v1/traces`;
      const answer = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) });
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
    }
    expect(consumer.requests.map(({ length }) => length)).toEqual(
      [REQUEST, large, REQUEST, REQUEST, large, REQUEST].map(({ length }) => length),
    );
  });

  it.for([
    [
      'HTTP/1',
      'POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n',
      (answer: Buffer) => answer.includes('HTTP/1.1 415'),
    ],
    [
      'HTTP/1 of a method that begins like HTTP/2',
      'PROPFIND / HTTP/1.1\r\nhost: localhost\r\n\r\n',
      (answer: Buffer) => answer.includes('HTTP/1.1 404'),
    ],
    [
      'HTTP/2',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
      // Its SETTINGS, or the WINDOW_UPDATE before them.
      (answer: Buffer) => [4, 8].includes(answer[3]!),
    ],
  ] as const)('knows %s by bytes that come one by one', async ([, text, isIts]) => {
    const socket = connect(port()).setNoDelay(true);
    await once(socket, 'connect');
    const answered = once(socket, 'data') as Promise<[Buffer]>;
    for (const byte of Buffer.from(text, 'latin1')) {
      socket.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await answered)[0]).toSatisfy(isIts);
    socket.destroy();
  });

  it.for(['', 'P', 'PR'])('cuts who says no more than "%s" for long', async (text) => {
    const socket = connect(port());
    await once(socket, 'connect');
    socket.write(text);
    const closed = closeOf(socket);
    // Whoever waits is known to the clock once the connection is accepted.
    await eventually(() => clock.pending > 0, 'the connection to be accepted');
    await clock.advance(30_001);
    await closed;
  });

  it.for(['', 'P'])('lets go who leaves after "%s"', async (text) => {
    const socket = connect(port());
    await once(socket, 'connect');
    socket.end(text);
    socket.resume();
    await closeOf(socket);
  });

  it('says in the log whose receiver is off, and does not repeat it', async () => {
    [http.connections!.other, grpc.connections!.other] = [undefined, undefined];
    for (let i = 0; i < 2; i++) {
      const wrong = [connect(http.port), connect(grpc.port)];
      wrong[0]!.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
      wrong[1]!.write('GET / HTTP/1.1\r\n\r\n');
      await Promise.all(wrong.map((socket) => closeOf(socket.resume())));
    }
    const { lines } = host.log;
    expect(lines.toSorted((a, b) => a.message.localeCompare(b.message))).toMatchObject([
      {
        fields: { port: http.port },
        message: expect.stringMatching(/speaks gRPC, .*grpc\.enabled/),
      },
      { fields: { port: grpc.port }, message: expect.stringMatching(/HTTP\/1, .*http\.enabled/) },
    ]);
  });

  it('says in the log that TLS is not spoken, and does not repeat it', async () => {
    for (let i = 0; i < 3; i++) {
      const socket = tls.connect({ port: port(), host: AT.host });
      socket.on('error', () => {});
      await closeOf(socket);
    }
    expect(host.log.lines).toMatchObject([
      { level: 'warn', fields: { port: port() }, message: expect.stringMatching(/begins TLS/) },
    ]);
  });
});

it('says in the log that there are too many connections, and does not repeat it', async () => {
  const budget = new ByteBudget(1024);
  const settings = { ...AT, maxConnections: 2 };
  for (const Receiver of [OtlpHttpReceiver, OtlpGrpcReceiver]) {
    const full = testHost(clock);
    const receiver = new Receiver(settings, consumer, budget);
    await receiver.start(full);
    const sockets = Array.from({ length: 4 }, () => connect(receiver.port));
    await Promise.all(sockets.slice(2).map(closeOf));
    expect(full.log.lines).toMatchObject([
      {
        level: 'warn',
        fields: { port: receiver.port, from: AT.host },
        message: '2 connections are open: a further one is refused, until some are closed',
      },
    ]);
    await receiver.shutdown(AbortSignal.timeout(5_000));
  }
});

describe('shutdown', () => {
  it('still hears what a connection had said by then', async () => {
    const text = 'GET /v1/traces HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n';
    const socket = connect(http.port);
    const answered = once(socket, 'data') as Promise<[Buffer]>;
    await eventually(() => clock.pending > 0, 'the connection to be accepted');
    await new Promise<void>((resolve) => socket.write(text, () => resolve()));
    await stop();
    expect((await answered)[0].toString()).toMatch(/^HTTP\/1.1 405/);
  });

  it('waits for what another has accepted, and takes no more of it', async () => {
    const held = Promise.withResolvers<{ status: 'accepted' }>();
    consumer.answer = () => held.promise;
    const client = new RawGrpcClient(http.port);
    const answer = client.call(REQUEST);
    await eventually(() => consumer.requests.length === 1, 'the request');
    const silent = connect(http.port);
    await once(silent, 'connect');
    const cut = closeOf(silent);
    const stopped = stop();
    await cut;
    held.resolve({ status: 'accepted' });
    expect((await answer).grpcStatus).toBe(0);
    await stopped;
  });
});
