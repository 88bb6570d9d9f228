import { afterEach, describe, expect, it } from 'vitest';
import type { CursorStore } from '../../../../src/exporters/otlp/cursor-store.ts';
import type { Destination, SendResult } from '../../../../src/exporters/otlp/destination.ts';
import { Forwarder, type ForwarderSettings } from '../../../../src/exporters/otlp/forwarder.ts';
import { MemoryDeadLetters } from '../../../../src/exporters/otlp/memory-dead-letters.ts';
import { MemoryQueue } from '../../../../src/exporters/otlp/memory-queue.ts';
import type { LogCursor } from '../../../../src/store/contracts/span-log.ts';
import { ManualClock, settle } from '../../../support/manual-clock.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { spanIdsOf } from '../../../support/otlp-upstream.ts';
import { NO_DEADLINE, type TestHost, testHost } from '../../../support/receiver-host.ts';

/** Keeps what it is told, as a disk would: not a queue's own cursor, which frees. */
class RememberedCursor implements CursorStore {
  cursor: LogCursor | undefined;
  saves = 0;

  load(): Promise<LogCursor | undefined> {
    return Promise.resolve(this.cursor);
  }

  save(cursor: LogCursor): Promise<void> {
    this.cursor = cursor;
    this.saves++;
    return Promise.resolve();
  }
}

/** Answers by a script; with `hold`, answers wait until they are released by number. */
class ScriptedDestination implements Destination {
  readonly sent: Uint8Array[] = [];
  readonly delivered: string[] = [];
  answer: (request: Uint8Array, count: number) => SendResult | Promise<SendResult> = () => ({
    status: 'sent',
    rejectedSpans: 0,
  });
  closed = 0;

  async send(request: Uint8Array, _count: number, signal: AbortSignal): Promise<SendResult> {
    this.sent.push(request);
    const aborted = new Promise<SendResult>((resolve) => {
      signal.addEventListener('abort', () => resolve({ status: 'retry', reason: 'aborted' }));
    });
    const result = await Promise.race([this.answer(request, this.sent.length), aborted]);
    if (result.status === 'sent') this.delivered.push(...spanIdsOf(request));
    return result;
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

interface Scene {
  readonly clock: ManualClock;
  readonly host: TestHost;
  readonly log: MemoryQueue;
  readonly cursors: RememberedCursor;
  readonly letters: MemoryDeadLetters;
  readonly destination: ScriptedDestination;
  readonly forwarder: Forwarder;
}

const scenes: Scene[] = [];

/** A forwarder over a log that holds `parts` requests of two spans each. */
async function scene(
  settings: Partial<ForwarderSettings> = {},
  parts = 0,
  from?: Pick<Scene, 'log' | 'cursors' | 'letters'>,
): Promise<Scene> {
  const clock = new ManualClock();
  const log = from?.log ?? new MemoryQueue();
  const cursors = from?.cursors ?? new RememberedCursor();
  const letters = from?.letters ?? new MemoryDeadLetters();
  const destination = new ScriptedDestination();
  const forwarder = new Forwarder(
    { log, destination, cursors, deadLetters: letters },
    {
      name: 'upstream',
      persistent: true,
      startAt: 'oldest',
      random: () => 0.5,
      // One stored request a chunk.
      requestBytesMax: 1,
      ...settings,
    },
  );
  const made = { clock, host: testHost(clock), log, cursors, letters, destination, forwarder };
  scenes.push(made);
  store(made, parts);
  return made;
}

let seed = 1;

function store({ log }: Pick<Scene, 'log'>, parts: number): string[] {
  const stored: string[] = [];
  for (let i = 0; i < parts; i++) {
    const request = buildRequest({ service: 'shop', spans: [{}, { parent: 0 }], seed: seed++ });
    stored.push(...spanIdsOf(request));
    log.push([{ request, spanCount: 2 }]);
  }
  return stored;
}

const RETRY: SendResult = { status: 'retry', reason: 'UNAVAILABLE' };
const SENT: SendResult = { status: 'sent', rejectedSpans: 0 };

afterEach(async () => {
  for (const { forwarder } of scenes.splice(0)) await forwarder.shutdown(AbortSignal.abort());
});

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
