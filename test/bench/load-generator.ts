/**
 * Sends a fixed number of requests over gRPC as fast as they are answered, and says how it went: a process of its
 * own, so that the server's figures are the server's alone.
 *
 *   node test/bench/load-generator.ts PORT SPANS_A_REQUEST REQUESTS CONNECTIONS IN_FLIGHT SEED
 *
 * A refusal is sent again after a moment. Prints one line of JSON.
 */
import http2 from 'node:http2';
import { setTimeout as wait } from 'node:timers/promises';
import { BenchRequests } from './bench-requests.ts';

const [port, spans, requests, connections, inFlight, seed] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const UNAVAILABLE = '14';
const SESSION_MEMORY_MIB = 512;
const ANSWER_WITHIN_MS = 20_000;

const source = new BenchRequests(spans, seed);
const sessions = await Promise.all(
  Array.from({ length: connections }, () => connected(`http://127.0.0.1:${port}`)),
);
const latenciesMs: number[] = [];
let next = 0;
let refusals = 0;
let bytesSent = 0;

function connected(url: string): Promise<http2.ClientHttp2Session> {
  // By default a session refuses streams once it holds 10 MB, which requests of this size soon do.
  const session = http2.connect(url, {
    maxSessionMemory: SESSION_MEMORY_MIB,
    settings: { initialWindowSize: 1024 * 1024 },
  });
  return new Promise((resolve, reject) => {
    session.once('connect', () => resolve(session));
    session.once('error', reject);
  });
}

function exchange(session: http2.ClientHttp2Session, body: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': EXPORT,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let status: string | undefined;
    // An answer that never comes ends the run instead of holding it up.
    stream.setTimeout(ANSWER_WITHIN_MS, () => stream.close(http2.constants.NGHTTP2_CANCEL));
    stream.on('response', (headers) => {
      status = headers['grpc-status'] as string | undefined;
    });
    stream.on('trailers', (headers) => {
      status = headers['grpc-status'] as string | undefined;
    });
    stream.on('close', () =>
      status === undefined ? reject(new Error('no answer')) : resolve(status),
    );
    stream.on('error', reject);
    stream.resume();
    stream.end(body);
  });
}

async function sendAll(lane: number): Promise<void> {
  const session = sessions[lane % sessions.length]!;
  while (next < requests) {
    const message = source.request(next++, BigInt(Date.now()) * 1_000_000n);
    const body = Buffer.allocUnsafe(message.length + 5);
    body[0] = 0;
    body.writeUInt32BE(message.length, 1);
    body.set(message, 5);
    const before = performance.now();
    for (let status = ''; status !== '0'; ) {
      status = await exchange(session, body);
      if (status === '0') break;
      if (status !== UNAVAILABLE) throw new Error(`refused with status ${status}`);
      refusals++;
      await wait(50);
    }
    latenciesMs.push(performance.now() - before);
    bytesSent += message.length;
  }
}

const started = performance.now();
await Promise.all(Array.from({ length: inFlight }, (_, lane) => sendAll(lane)));
const seconds = (performance.now() - started) / 1_000;
for (const session of sessions) session.close();
latenciesMs.sort((a, b) => a - b);
const at = (share: number) => latenciesMs[Math.floor((latenciesMs.length - 1) * share)]!;
process.stdout.write(
  `${JSON.stringify({
    spans: requests * spans,
    seconds,
    bytesPerSpan: bytesSent / (requests * spans),
    refusals,
    ackP50Ms: at(0.5),
    ackP99Ms: at(0.99),
  })}\n`,
);
