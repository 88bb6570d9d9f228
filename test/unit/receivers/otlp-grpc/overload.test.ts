import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { decodeStatus } from '../../../../src/otlp/service-messages.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { answerOf, grpcFrame, RawGrpcClient } from '../../../support/raw-grpc-client.ts';
import {
  budget,
  client,
  consumer,
  expectStillServing,
  host,
  REQUEST,
  receiver,
  start,
} from './grpc-scene.ts';

const OK = 0;
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

describe('overload', () => {
  it('waits for room before it refuses, and goes on when there is some', async () => {
    const clock = new ManualClock();
    await start({}, clock);
    budget.tryTake(budget.bytesMax);
    const answer = client.call(REQUEST);
    while (budget.waitingBytes === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1400);
    budget.give(budget.bytesMax);
    expect((await answer).grpcStatus).toBe(OK);
    expect(consumer.requests).toEqual([REQUEST]);
    await expectStillServing();
  });

  it('refuses with RetryInfo when no room came', async () => {
    const clock = new ManualClock();
    await start({ retryAfterMs: 1200 }, clock);
    budget.tryTake(budget.bytesMax);
    const answer = client.call(REQUEST);
    while (budget.waitingBytes === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(1500);
    const { grpcStatus, trailers } = await answer;
    expect(grpcStatus).toBe(UNAVAILABLE);
    const details = Buffer.from(String(trailers['grpc-status-details-bin']), 'base64');
    expect(decodeStatus(details).retryAfterMs).toBe(1200);
    budget.give(budget.bytesMax);
    await expectStillServing();
  });

  it('refuses on sight when too much waits already', async () => {
    await start();
    budget.tryTake(budget.bytesMax);
    const gone = new AbortController();
    const waiter = budget.take(budget.waitingBytesMax, 60_000, host.clock, gone.signal);
    const stream = client.open();
    expect((await answerOf(stream)).grpcStatus).toBe(UNAVAILABLE);
    gone.abort();
    await waiter;
    budget.give(budget.bytesMax);
    await expectStillServing();
  });

  it('gives back what a sender took that went away', async () => {
    await start();
    const stream = client.open();
    stream.write(grpcFrame(Buffer.alloc(10_000), false, 500_000));
    while (budget.usedBytes === 0) await new Promise((resolve) => setImmediate(resolve));
    client.close();
    while (budget.usedBytes > 0) await new Promise((resolve) => setImmediate(resolve));
    await expectStillServing();
  });

  it('ends the connection of a sender of tiny frames', async () => {
    await start();
    const stream = client.open();
    const closed = once(client.session, 'close');
    stream.write(grpcFrame(Buffer.alloc(0), false, 500_000));
    const pump = (): void => {
      if (stream.destroyed) return;
      for (let i = 0; i < 50; i++) stream.write(Buffer.from([0]));
      setImmediate(pump);
    };
    pump();
    await closed;
    while (budget.usedBytes > 0) await new Promise((resolve) => setImmediate(resolve));
    await expectStillServing();
  });
});

describe('time', () => {
  it('keeps the deadline that the client set', async () => {
    const clock = new ManualClock();
    await start({}, clock);
    const release = Promise.withResolvers<void>();
    consumer.answer = async () => {
      await release.promise;
      return { status: 'accepted' };
    };
    const answer = client.call(REQUEST, { 'grpc-timeout': '2S' });
    while (consumer.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(2100);
    expect((await answer).grpcStatus).toBe(DEADLINE_EXCEEDED);
    expect(budget.usedBytes).toBeGreaterThan(0);
    release.resolve();
    consumer.answer = () => ({ status: 'accepted' });
    await expectStillServing();
  });

  it('cuts the connection of a request that does not arrive', async () => {
    const clock = new ManualClock();
    await start({}, clock);
    const stream = client.open();
    stream.write(grpcFrame(Buffer.alloc(100), false, 10_000));
    while (budget.usedBytes === 0) await new Promise((resolve) => setImmediate(resolve));
    const closed = once(client.session, 'close');
    await clock.advance(30_200);
    await closed;
    await expectStillServing();
  });

  it('cuts connections that never send a request, and leaves alone those that did', async () => {
    const clock = new ManualClock();
    await start({}, clock);
    expect((await client.call(REQUEST)).grpcStatus).toBe(OK);
    const idle = new RawGrpcClient(receiver.port);
    await once(idle.session, 'remoteSettings');
    const closed = once(idle.session, 'close');
    await clock.advance(31_000);
    await closed;
    expect((await client.call(REQUEST)).grpcStatus).toBe(OK);
  });
});

describe('strangers', () => {
  it.each([
    'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
    '\x00\x01\x02garbage',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff',
  ])('that do not speak HTTP/2 are hung up on (%#)', async (text) => {
    await start();
    const socket = net.connect(receiver.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.write(Buffer.from(text, 'latin1'));
    await once(socket, 'close');
    await expectStillServing();
  });

  it('beyond the number of connections are turned away', async () => {
    await start({ maxConnections: 1 });
    expect((await client.call(REQUEST)).grpcStatus).toBe(OK);
    const second = net.connect(receiver.port, '127.0.0.1');
    second.on('error', () => {});
    second.resume();
    await once(second, 'close');
    expect((await client.call(REQUEST)).grpcStatus).toBe(OK);
  });
});
