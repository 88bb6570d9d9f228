import { describe, expect, test } from 'vitest';
import type { ConsumeResult } from '../../../src/pipeline/consume-result.ts';
import { EndedSpans } from '../../../src/sdk/ended-spans.ts';
import { type EncodedRequest, RequestEncoder } from '../../../src/sdk/request-encoder.ts';
import { type SendSpans, SpanDrain } from '../../../src/sdk/span-drain.ts';
import { SpanFrames } from '../../../src/sdk/span-frames.ts';
import { NO_DEADLINE, testHost } from '../../support/receiver-host.ts';
import { providerWith } from './sdk-spans.ts';

const ACCEPTED: ConsumeResult = { status: 'accepted' };
const BUSY: ConsumeResult = { status: 'busy', retryAfterMs: 1, reason: 'told to' };

interface SceneSpec {
  readonly answer?: SendSpans;
  readonly capacity?: number;
  readonly giveUpAfterMs?: number;
}

function scene({ answer, capacity = 65_536, giveUpAfterMs = 10_000 }: SceneSpec = {}) {
  const host = testHost();
  const frames = new SpanFrames();
  const ended = new EndedSpans(capacity);
  const requests: EncodedRequest[] = [];
  const send: SendSpans = async (request, attempt, signal) => {
    if (attempt === 0) requests.push(request);
    return answer?.(request, attempt, signal) ?? ACCEPTED;
  };
  const drain = new SpanDrain(
    { ended, encoder: new RequestEncoder(frames), frames, send, host },
    { lingerMs: 10, gatherMax: 512, giveUpAfterMs, resourceWaitMs: 50 },
  );
  const provider = providerWith({
    onStart: () => {},
    onEnd: (span) => {
      if (ended.push(span)) drain.notice();
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  });
  const tracer = provider.getTracer('t');
  const end = (count: number): void => {
    for (let i = 0; i < count; i++) tracer.startSpan('a').end();
  };
  const sent = (): number => requests.reduce((sum, { spanCount }) => sum + spanCount, 0);
  return { host, ended, drain, requests, end, sent };
}

describe('draining', () => {
  test('spans wait until it is open, then all of them go', async () => {
    const { drain, end, sent } = scene();
    end(3_000);
    expect(sent()).toBe(0);
    drain.open();
    await drain.flush(NO_DEADLINE);
    expect(sent()).toBe(3_000);
    expect(drain.isIdle).toBe(true);
  });

  test('a few spans go by themselves, after the linger', async () => {
    const arrived = Promise.withResolvers<void>();
    const { drain, end, requests } = scene({
      answer: async () => {
        arrived.resolve();
        return ACCEPTED;
      },
    });
    drain.open();
    end(3);
    await arrived.promise;
    expect(requests.map(({ spanCount }) => spanCount)).toEqual([3]);
  });

  test('a long queue leaves the program its turns', async () => {
    const { drain, end, ended, sent } = scene();
    drain.open();
    end(60_000);
    let turns = 0;
    while (ended.count > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    expect(sent()).toBe(60_000);
    expect(turns).toBeGreaterThan(5);
  });

  test('only so many requests are on their way at once', async () => {
    const gates: (() => void)[] = [];
    const { drain, end, ended, requests } = scene({
      answer: () => new Promise((resolve) => gates.push(() => resolve(ACCEPTED))),
    });
    drain.open();
    end(10_000);
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    while (requests.length < 8) await turn();
    // Nothing is answered, so however often the loop turns there is no ninth.
    for (let turns = 0; turns < 100; turns++) await turn();
    expect(requests.length).toBe(8);
    expect(ended.count).toBeGreaterThanOrEqual(10_000 - 8 * 512);
    const flushed = drain.flush(NO_DEADLINE);
    const opening = setInterval(() => gates.shift()?.(), 1);
    await flushed;
    clearInterval(opening);
    expect(ended.count).toBe(0);
  });
});

describe('what is not taken', () => {
  test('is sent again with the same bytes while the store is busy or fails', async () => {
    const seen: Uint8Array[] = [];
    const { drain, end, host } = scene({
      answer: async ({ request }, attempt) => {
        seen.push(request);
        if (attempt === 0) throw new Error('a fault of storage');
        return attempt < 3 ? BUSY : ACCEPTED;
      },
    });
    drain.open();
    end(10);
    await drain.flush(NO_DEADLINE);
    expect(seen.length).toBe(4);
    expect(new Set(seen).size).toBe(1);
    expect(host.counters.dropped('undelivered')).toBe(0);
    expect(host.log.lines.length).toBe(1);
  });

  test('is given up after its time, and counted', async () => {
    const { drain, end, host } = scene({ answer: async () => BUSY, giveUpAfterMs: 20 });
    drain.open();
    end(700);
    await drain.flush(NO_DEADLINE);
    expect(host.counters.dropped('undelivered')).toBe(700);
  });

  test('is given up at once where it never will be', async () => {
    const { drain, end, host } = scene({
      answer: async () => ({ status: 'invalid', reason: 'told to' }),
    });
    drain.open();
    end(7);
    await drain.flush(NO_DEADLINE);
    expect(host.counters.dropped('undelivered')).toBe(7);
  });

  test('is counted when it closes', async () => {
    const { drain, end, host } = scene({ answer: async () => BUSY });
    drain.open();
    end(5_000);
    await drain.flush(AbortSignal.timeout(30));
    drain.close();
    await drain.flush(NO_DEADLINE);
    await new Promise((resolve) => setImmediate(resolve));
    expect(host.counters.dropped('undelivered')).toBe(5_000);
  });

  test('a flush ends at its deadline, open or not', async () => {
    const { drain, end } = scene();
    end(5);
    await drain.flush(AbortSignal.timeout(10));
    expect(drain.isIdle).toBe(false);
  });
});
