import { describe, expect, it } from 'vitest';
import type { SendResult } from '../../../../src/exporters/otlp/destination.ts';
import { MemoryDeadLetters } from '../../../../src/exporters/otlp/memory-dead-letters.ts';
import { MemoryQueue } from '../../../../src/exporters/otlp/memory-queue.ts';
import { spanIdsOf } from '../../../support/otlp-upstream.ts';
import { RETRY, RememberedCursor, SENT, scene, store } from './forwarder-scene.ts';

describe('a destination that cannot take it now', () => {
  it('is tried again after 5 s, ×1.5, at most 30 s, for as long as it takes', async () => {
    const s = await scene({ inFlightMax: 1 });
    const stored = store(s, 1);
    const times: number[] = [];
    s.destination.answer = () => {
      times.push(s.clock.monotonicMs());
      return RETRY;
    };
    await s.forwarder.start(s.host);
    await s.clock.advance(3_600_000);
    const gaps = times.slice(1).map((time, i) => Math.round(time - times[i]!));
    expect(gaps.slice(0, 7)).toEqual([5000, 7500, 11_250, 16_875, 25_313, 30_000, 30_000]);
    expect(gaps.length).toBeGreaterThan(100);
    expect(s.host.counters.value('forward_retries')).toBe(times.length);
    expect(s.host.log.lines).toHaveLength(1);
    expect(s.forwarder.status()).toMatchObject({
      failing: true,
      lastError: { reason: 'UNAVAILABLE' },
    });
    s.destination.answer = () => SENT;
    await s.clock.advance(30_000);
    expect(s.destination.delivered).toEqual(stored);
    expect(s.forwarder.status()).toMatchObject({ failing: false, caughtUp: true, retryInMs: 0 });
  });

  it('spreads the tries by half either way', async () => {
    for (const [random, gap] of [
      [0, 2500],
      [0.999_999, 7500],
    ] as const) {
      const s = await scene({ inFlightMax: 1, random: () => random }, 1);
      s.destination.answer = () => RETRY;
      await s.forwarder.start(s.host);
      await s.clock.advance(0);
      expect(Math.round(s.forwarder.status()!.retryInMs)).toBe(gap);
    }
  });

  it('is left alone for as long as it asks', async () => {
    const s = await scene({ inFlightMax: 2 }, 4);
    s.destination.answer = (_request, count) =>
      count === 1 ? { status: 'retry', afterMs: 90_000, reason: 'slow down' } : SENT;
    await s.forwarder.start(s.host);
    await s.clock.advance(0);
    const sentBefore = s.destination.sent.length;
    expect(s.destination.delivered.length).toBeLessThan(8);
    await s.clock.advance(89_000);
    expect(s.destination.sent.length).toBeLessThanOrEqual(sentBefore + 1);
    await s.clock.advance(2000);
    expect(new Set(s.destination.delivered).size).toBe(8);
  });

  it('counts one outage once, however many requests are in flight', async () => {
    const s = await scene({ inFlightMax: 4 }, 4);
    const outage = Promise.withResolvers<SendResult>();
    s.destination.answer = (_request, count) => (count <= 4 ? outage.promise : SENT);
    await s.forwarder.start(s.host);
    await s.clock.advance(0);
    outage.resolve(RETRY);
    await s.clock.advance(4999);
    expect(s.destination.sent).toHaveLength(4);
    await s.clock.advance(1);
    expect(s.destination.delivered).toHaveLength(8);
  });

  it('loses a request after five minutes where nothing is persistent, and the others go on', async () => {
    const log = new MemoryQueue();
    const s = await scene({ persistent: false, inFlightMax: 1 }, 2, {
      log,
      cursors: new RememberedCursor(),
      letters: new MemoryDeadLetters(),
    });
    s.destination.answer = () => (s.clock.monotonicMs() <= 320_000 ? RETRY : SENT);
    await s.forwarder.start(s.host);
    await s.clock.advance(400_000);
    expect(s.host.counters.dropped('forward_refused')).toBe(2);
    expect(await s.letters.list(10)).toMatchObject([{ spanCount: 2, code: 'GAVE_UP' }]);
    expect(s.destination.delivered).toHaveLength(2);
  });
});

describe('a destination that refuses for good', () => {
  it.each([
    { status: 'refused', about: 'endpoint', code: 'UNIMPLEMENTED', reason: 'no such service' },
    { status: 'refused', about: 'endpoint', code: 'HTTP 401', reason: 'who are you' },
  ] as const)('$code: set aside, said once, and the rest goes on', async (refusal) => {
    const s = await scene({ inFlightMax: 1 }, 5);
    s.destination.answer = (_request, count) => (count <= 4 ? refusal : SENT);
    await s.forwarder.start(s.host);
    await s.clock.advance(10);
    expect(s.destination.sent).toHaveLength(5);
    expect(s.destination.delivered).toHaveLength(2);
    expect(s.host.counters.dropped('forward_refused')).toBe(8);
    expect(s.host.log.lines).toHaveLength(1);
    const letters = await s.letters.list(10);
    expect(letters.map(({ code }) => code)).toEqual(Array(4).fill(refusal.code));
    expect(letters.map(({ request }) => request)).toEqual(s.destination.sent.slice(0, 4));
  });

  it.each([
    [
      'INVALID_ARGUMENT',
      { status: 'refused', about: 'request', code: 'INVALID_ARGUMENT', reason: '' },
    ],
    ['a size refusal', { status: 'too_large', reason: 'too large' }],
  ] as const)('%s: halved until the poison stands alone', async (_name, refusal) => {
    const s = await scene({ requestBytesMax: 1 << 20 }, 32);
    const poison = new Set<string>();
    s.destination.answer = (request) => {
      const ids = spanIdsOf(request);
      if (poison.size === 0) poison.add(ids[17]!).add(ids[18]!);
      return ids.some((id) => poison.has(id)) ? refusal : SENT;
    };
    await s.forwarder.start(s.host);
    await s.clock.advance(10);
    expect(s.destination.delivered).toHaveLength(62);
    expect(s.destination.delivered.some((id) => poison.has(id))).toBe(false);
    const letters = await s.letters.list(10);
    expect(new Set(letters.flatMap(({ request }) => spanIdsOf(request)))).toEqual(poison);
    expect(s.host.counters.dropped('forward_refused')).toBe(2);
    expect(s.forwarder.status()!.caughtUp).toBe(true);
  });

  it('halves only so often', async () => {
    const s = await scene({ requestBytesMax: 1 << 22 }, 1000);
    s.destination.answer = () => ({
      status: 'refused',
      about: 'request',
      code: 'HTTP 400',
      reason: 'not OTLP',
    });
    await s.forwarder.start(s.host);
    await s.clock.advance(10);
    expect(s.destination.sent.length).toBeLessThan(600);
    expect(s.host.counters.dropped('forward_refused')).toBe(2000);
  });

  it('in part: counted and not sent again', async () => {
    const s = await scene({}, 1);
    s.destination.answer = () => ({ status: 'sent', rejectedSpans: 1, message: 'too old' });
    await s.forwarder.start(s.host);
    await s.clock.advance(60_000);
    expect(s.destination.sent).toHaveLength(1);
    expect(s.host.counters.dropped('forward_rejected')).toBe(1);
    expect(s.host.counters.value('spans_forwarded')).toBe(1);
  });
});
