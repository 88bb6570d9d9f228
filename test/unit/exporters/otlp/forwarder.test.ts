import { describe, expect, it } from 'vitest';
import type { SendResult } from '../../../../src/exporters/otlp/destination.ts';
import { MemoryDeadLetters } from '../../../../src/exporters/otlp/memory-dead-letters.ts';
import { MemoryQueue } from '../../../../src/exporters/otlp/memory-queue.ts';
import { settle } from '../../../support/manual-clock.ts';
import { NO_DEADLINE } from '../../../support/receiver-host.ts';
import { RETRY, RememberedCursor, SENT, scene, store } from './forwarder-scene.ts';

describe('forwarding', () => {
  it('sends what is stored, in order, and what comes later', async () => {
    const s = await scene({ inFlightMax: 1 });
    const before = store(s, 3);
    await s.forwarder.start(s.host);
    await s.clock.advance(1);
    expect(s.destination.delivered).toEqual(before);
    expect(s.forwarder.status()).toMatchObject({ caughtUp: true, requestsInFlight: 0 });
    const after = store(s, 1);
    await s.clock.advance(60);
    expect(s.destination.delivered).toEqual([...before, ...after]);
    expect(s.host.counters.value('spans_forwarded')).toBe(8);
  });

  it('gathers a trickle into one request', async () => {
    const s = await scene({ requestBytesMax: 1 << 20 });
    await s.forwarder.start(s.host);
    for (let i = 0; i < 5; i++) {
      store(s, 1);
      await s.clock.advance(5);
    }
    await s.clock.advance(50);
    expect(s.destination.sent).toHaveLength(1);
    expect(s.destination.delivered).toHaveLength(10);
  });

  it('begins at the end for a destination that is new, and stays there after a crash', async () => {
    const s = await scene({ startAt: 'end' }, 2);
    await s.forwarder.start(s.host);
    const cursor = s.cursors.cursor;
    await s.forwarder.shutdown(AbortSignal.abort());
    const later = store(s, 1);
    const again = await scene({ startAt: 'end' }, 0, s);
    await again.forwarder.start(again.host);
    await again.clock.advance(1);
    expect(cursor).toMatchObject({ block: 2 });
    expect(again.destination.delivered).toEqual(later);
  });

  it('keeps so many requests in flight and no more', async () => {
    const s = await scene({ inFlightMax: 3 }, 10);
    s.destination.answer = () => new Promise(() => {});
    await s.forwarder.start(s.host);
    await s.clock.advance(10);
    expect(s.destination.sent).toHaveLength(3);
    expect(s.forwarder.status()).toMatchObject({ requestsInFlight: 3, spansInFlight: 6 });
  });

  it('saves the cursor only as far as everything before it is dealt with', async () => {
    const s = await scene({ inFlightMax: 3 }, 3);
    const gates = [1, 2, 3].map(() => Promise.withResolvers<SendResult>());
    s.destination.answer = (_request, count) => gates[count - 1]!.promise;
    await s.forwarder.start(s.host);
    await s.clock.advance(0);
    gates[1]!.resolve(SENT);
    gates[2]!.resolve(SENT);
    await s.clock.advance(300);
    expect(s.cursors.cursor).toMatchObject({ block: 0 });
    gates[0]!.resolve(SENT);
    await s.clock.advance(300);
    expect(s.cursors.cursor).toMatchObject({ block: 3 });
  });

  it('saves it seldom while much is sent', async () => {
    const s = await scene({}, 100);
    await s.forwarder.start(s.host);
    await s.clock.advance(199);
    expect(s.destination.delivered).toHaveLength(200);
    expect(s.cursors.saves).toBe(1);
    await s.clock.advance(2);
    expect(s.cursors.saves).toBe(2);
  });
});

describe('restart', () => {
  it('resumes where it was, fifty times, and loses nothing', async () => {
    const shared = {
      log: new MemoryQueue(),
      cursors: new RememberedCursor(),
      letters: new MemoryDeadLetters(),
    };
    const stored = store(shared, 150);
    const delivered = new Set<string>();
    for (let run = 0; run < 51; run++) {
      const s = await scene({ inFlightMax: 4, saveIntervalMs: 1 }, 0, shared);
      // Answers in no order, some of them lost with the process.
      s.destination.answer = (_request, count) =>
        (count * 7 + run) % 5 === 0 && run < 50 ? new Promise(() => {}) : SENT;
      await s.forwarder.start(s.host);
      await s.clock.advance(2);
      await s.forwarder.shutdown(AbortSignal.abort());
      for (const id of s.destination.delivered) delivered.add(id);
    }
    expect(delivered).toEqual(new Set(stored));
    expect(shared.cursors.cursor).toMatchObject({ block: 150 });
  });
});

describe('shutdown', () => {
  it('waits for what is in flight, starts nothing new, and saves the cursor', async () => {
    const s = await scene({ inFlightMax: 1 }, 2);
    const gate = Promise.withResolvers<SendResult>();
    s.destination.answer = () => gate.promise;
    await s.forwarder.start(s.host);
    await settle();
    const down = s.forwarder.shutdown(NO_DEADLINE);
    await settle();
    gate.resolve(SENT);
    await down;
    await s.forwarder.shutdown(NO_DEADLINE);
    expect(s.destination.sent).toHaveLength(1);
    expect(s.destination.closed).toBe(1);
    expect(s.cursors.cursor).toMatchObject({ block: 1 });
  });

  it('does not wait for the next try', async () => {
    const s = await scene({}, 1);
    s.destination.answer = () => RETRY;
    await s.forwarder.start(s.host);
    await s.clock.advance(1);
    await s.forwarder.shutdown(NO_DEADLINE);
    expect(s.cursors.cursor).toMatchObject({ block: 0 });
  });

  it('gives up what hangs at the deadline', async () => {
    const s = await scene({}, 1);
    s.destination.answer = () => new Promise(() => {});
    await s.forwarder.start(s.host);
    await settle();
    const deadline = new AbortController();
    const down = s.forwarder.shutdown(deadline.signal);
    await settle();
    deadline.abort();
    await down;
    expect(s.cursors.cursor).toMatchObject({ block: 0 });
  });

  it('sends what a queue in memory still holds', async () => {
    const s = await scene({ persistent: false, inFlightMax: 1 }, 6);
    await s.forwarder.start(s.host);
    await s.forwarder.shutdown(NO_DEADLINE);
    expect(s.destination.delivered).toHaveLength(12);
  });

  it('is legal before start', async () => {
    const s = await scene();
    await s.forwarder.shutdown(NO_DEADLINE);
    expect(s.destination.closed).toBe(1);
    expect(s.forwarder.status()).toBeUndefined();
  });
});

describe('flush', () => {
  it('resolves when everything stored before it is dealt with, without lingering', async () => {
    const s = await scene({ lingerMs: 1e9 });
    await s.forwarder.start(s.host);
    const stored = store(s, 3);
    await s.forwarder.flush(NO_DEADLINE);
    expect(s.destination.delivered).toEqual(stored);
    await s.forwarder.flush(NO_DEADLINE);
  });

  it('gives up when its signal aborts', async () => {
    const s = await scene({}, 1);
    s.destination.answer = () => RETRY;
    await s.forwarder.start(s.host);
    const patience = new AbortController();
    const flushed = s.forwarder.flush(patience.signal);
    await settle();
    patience.abort();
    await flushed;
    expect(s.destination.delivered).toHaveLength(0);
  });
});
