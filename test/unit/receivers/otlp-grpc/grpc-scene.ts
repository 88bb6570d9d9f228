/** One OTLP/gRPC receiver a test, over a recording consumer, with a client that can misbehave. */
import { afterEach, beforeEach, expect } from 'vitest';
import { ByteBudget } from '../../../../src/pipeline/byte-budget.ts';
import {
  OtlpGrpcReceiver,
  type OtlpGrpcSettings,
} from '../../../../src/receivers/otlp-grpc/otlp-grpc-receiver.ts';
import type { ManualClock } from '../../../support/manual-clock.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { RawGrpcClient } from '../../../support/raw-grpc-client.ts';
import { type TestHost, testHost } from '../../../support/receiver-host.ts';
import { RecordingConsumer } from '../../../support/recording-consumer.ts';

export const REQUEST = buildRequest({ service: 'shop', spans: [{ name: 'GET /' }, { parent: 0 }] });

export let consumer: RecordingConsumer;
export let receiver: OtlpGrpcReceiver;
export let client: RawGrpcClient;
export let host: TestHost;
export let budget: ByteBudget;

export async function start(
  settings: Partial<OtlpGrpcSettings> = {},
  clock?: ManualClock,
): Promise<void> {
  host = testHost(clock);
  receiver = new OtlpGrpcReceiver({ host: '127.0.0.1', port: 0, ...settings }, consumer, budget);
  await receiver.start(host);
  client = new RawGrpcClient(receiver.port);
}

/** Whatever came before, the next good request is answered, and nothing is left behind. */
export async function expectStillServing(): Promise<void> {
  const fresh = new RawGrpcClient(receiver.port);
  expect((await fresh.call(REQUEST)).grpcStatus).toBe(0);
  expect(consumer.requests.at(-1)).toEqual(REQUEST);
  fresh.close();
  expect(budget.usedBytes).toBe(0);
}

beforeEach(() => {
  consumer = new RecordingConsumer();
  budget = new ByteBudget(8 * 1024 * 1024);
});

afterEach(async () => {
  client?.close();
  await receiver?.shutdown(AbortSignal.timeout(1000));
});
