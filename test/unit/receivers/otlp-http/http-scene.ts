/** One OTLP/HTTP receiver a test, over a recording consumer, and a plain client. */
import http from 'node:http';
import { afterEach, beforeEach, expect } from 'vitest';
import { ByteBudget } from '../../../../src/pipeline/byte-budget.ts';
import {
  OtlpHttpReceiver,
  type OtlpHttpSettings,
} from '../../../../src/receivers/otlp-http/otlp-http-receiver.ts';
import type { ManualClock } from '../../../support/manual-clock.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { type TestHost, testHost } from '../../../support/receiver-host.ts';
import { RecordingConsumer } from '../../../support/recording-consumer.ts';

export const REQUEST = buildRequest({ service: 'shop', spans: [{ name: 'GET /' }, { parent: 0 }] });
export const JSON_REQUEST = Buffer.from(
  JSON.stringify({
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                traceId: '5B8EFFF798038103D269B633813FC60C',
                spanId: 'eee19b7ec3c1b174',
                name: 'GET /',
                startTimeUnixNano: '1544712660000000000',
              },
            ],
          },
        ],
      },
    ],
  }),
);
export const PROTOBUF = { 'content-type': 'application/x-protobuf' };
export const JSON_TYPE = { 'content-type': 'application/json' };

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export let consumer: RecordingConsumer;
export let receiver: OtlpHttpReceiver;
export let host: TestHost;
export let budget: ByteBudget;
export let agent: http.Agent;

export async function start(
  settings: Partial<OtlpHttpSettings> = {},
  clock?: ManualClock,
): Promise<void> {
  host = testHost(clock);
  receiver = new OtlpHttpReceiver({ host: '127.0.0.1', port: 0, ...settings }, consumer, budget);
  await receiver.start(host);
}

interface Asked extends http.RequestOptions {
  readonly body?: Uint8Array;
}

export function ask({ body, headers, ...options }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port: receiver.port,
        path: '/v1/traces',
        method: 'POST',
        agent,
        headers: { ...PROTOBUF, ...(headers as http.OutgoingHttpHeaders) },
        ...options,
      },
      async (response) => {
        const pieces: Buffer[] = [];
        for await (const piece of response as AsyncIterable<Buffer>) pieces.push(piece);
        const { statusCode = 0, headers: received } = response;
        resolve({ status: statusCode, headers: received, body: Buffer.concat(pieces) });
      },
    );
    request.on('error', reject);
    request.end(body ?? REQUEST);
  });
}

export async function expectStillServing(): Promise<void> {
  expect((await ask({})).status).toBe(200);
  expect(consumer.requests.at(-1)).toEqual(REQUEST);
  expect(budget.usedBytes).toBe(0);
}

beforeEach(() => {
  consumer = new RecordingConsumer();
  budget = new ByteBudget(8 * 1024 * 1024);
  agent = new http.Agent({ keepAlive: true });
});

afterEach(async () => {
  agent.destroy();
  await receiver?.shutdown(AbortSignal.timeout(1000));
});
