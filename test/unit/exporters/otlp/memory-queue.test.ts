import { describe, expect, it } from 'vitest';
import { MemoryDeadLetters } from '../../../../src/exporters/otlp/memory-dead-letters.ts';
import { MemoryQueue } from '../../../../src/exporters/otlp/memory-queue.ts';
import { splitRequest } from '../../../../src/exporters/otlp/split-request.ts';
import { SpanScanner } from '../../../../src/otlp/scan-traces.ts';
import { BITS, COLUMN, STRIDE } from '../../../../src/otlp/span-columns.ts';
import { oracle } from '../../../support/otlp-proto.ts';
import { buildRequest, realisticRequest } from '../../../support/otlp-request.ts';
import { spanIdsOf } from '../../../support/otlp-upstream.ts';

/** A batch of which the rows chosen are kept. */
function batchOf(
  request: Uint8Array,
  kept: (row: number) => boolean,
  raisedTo?: bigint,
): SpanScanner {
  const scanner = new SpanScanner();
  scanner.scan(request);
  for (let row = 0; row < scanner.count; row++) {
    const at = row * STRIDE + COLUMN.bits;
    if (kept(row)) scanner.rows[at] = scanner.rows[at]! | BITS.kept;
    if (raisedTo !== undefined) scanner.rows[at] = scanner.rows[at]! | BITS.raised;
  }
  if (raisedTo !== undefined) scanner.threshold = raisedTo;
  return scanner;
}

const START = { partition: 0, block: 0, ordinal: 0 };

describe('MemoryQueue', () => {
  it('gives back the kept spans as they came, in order', async () => {
    const queue = new MemoryQueue();
    const request = realisticRequest({ spans: 10 });
    expect(await queue.write(batchOf(request, (row) => row % 2 === 0))).toEqual({
      status: 'durable',
    });
    const chunk = await queue.read(START, 1 << 20);
    const ids = spanIdsOf(request);
    expect(spanIdsOf(chunk!.request)).toEqual(ids.filter((_id, row) => row % 2 === 0));
    expect(chunk!.spanCount).toBe(5);
    await queue.write(batchOf(request, () => true));
    const whole = await queue.read(chunk!.next, 1 << 20);
    expect(oracle.tracesData.decode(whole!.request)).toEqual(oracle.tracesData.decode(request));
  });

  it('says on the way out that the threshold was raised', async () => {
    const queue = new MemoryQueue();
    await queue.write(batchOf(buildRequest({ spans: [{}] }), () => true, 1n << 55n));
    const { request } = (await queue.read(START, 1 << 20))!;
    expect(oracle.tracesData.decode(request).toJSON()).toMatchObject({
      resourceSpans: [{ scopeSpans: [{ spans: [{ traceState: 'ot=th:8' }] }] }],
    });
  });

  it('refuses a batch that does not fit, whole, until there is room', async () => {
    const request = realisticRequest({ spans: 20 });
    const queue = new MemoryQueue(request.length * 2);
    const batch = batchOf(request, () => true);
    await queue.write(batch);
    await queue.write(batch);
    expect(await queue.write(batch)).toMatchObject({ status: 'busy', retryAfterMs: 1000 });
    const chunk = await queue.read(START, 1);
    await queue.save(chunk!.next);
    expect(queue.bytes).toBe(request.length);
    expect(await queue.write(batch)).toEqual({ status: 'durable' });
    expect(await queue.load()).toEqual(chunk!.next);
  });

  it('joins small requests up to what is asked for, and gives a larger one alone', async () => {
    const queue = new MemoryQueue();
    const request = realisticRequest({ spans: 4 });
    for (let i = 0; i < 5; i++) queue.push([{ request, spanCount: 4 }]);
    expect((await queue.read(START, request.length * 3))!.spanCount).toBe(12);
    expect(spanIdsOf((await queue.read(START, request.length * 3))!.request)).toHaveLength(12);
    expect((await queue.read(START, 1))!.spanCount).toBe(4);
    expect(await queue.read(await queue.end(), 1)).toBeUndefined();
  });

  it('cuts a batch that no peer would take in one request', async () => {
    const queue = new MemoryQueue();
    const spans = Array.from({ length: 10 }, () => ({ attributes: { text: 'x'.repeat(800_000) } }));
    await queue.write(batchOf(buildRequest({ spans }), () => true));
    const chunk = await queue.read(START, 1);
    expect(chunk!.spanCount).toBe(4);
    expect(chunk!.request.length).toBeLessThan(3.5 * 1024 * 1024);
  });

  it('wakes who waits, and lets go of who does not want to any more', async () => {
    const queue = new MemoryQueue();
    const gone = new AbortController();
    const waiting = queue.waitFor(START, new AbortController().signal);
    const leaving = queue.waitFor(START, gone.signal);
    gone.abort();
    await leaving;
    queue.push([{ request: buildRequest({ spans: [{}] }), spanCount: 1 }]);
    await waiting;
    await queue.waitFor(START, new AbortController().signal);
  });
});

describe('splitRequest', () => {
  it('halves a request; both halves together are what it was', () => {
    const request = buildRequest({
      resources: [
        {
          service: 'a',
          scopes: [
            { name: 'x', spans: [{}, {}] },
            { name: 'y', spans: [{}] },
          ],
        },
        { service: 'b', schemaUrl: 'https://example.org/1', scopes: [{ spans: [{}, {}] }] },
      ],
    });
    const [first, second] = splitRequest(request)!;
    expect([first.spanCount, second.spanCount]).toEqual([2, 3]);
    const flat = (bytes: Uint8Array) => {
      const { resourceSpans } = oracle.tracesData.decode(bytes).toJSON() as {
        resourceSpans: {
          resource: object;
          schemaUrl?: string;
          scopeSpans: { scope: object; spans: object[] }[];
        }[];
      };
      return resourceSpans.flatMap(({ scopeSpans, ...resource }) =>
        scopeSpans.flatMap(({ spans, ...scope }) =>
          spans.map((span) => ({ resource, scope, span })),
        ),
      );
    };
    expect([...flat(first.request), ...flat(second.request)]).toEqual(flat(request));
  });

  it('has nothing to halve in one span, none, or garbage', () => {
    expect(splitRequest(buildRequest({ spans: [{}] }))).toBeUndefined();
    expect(splitRequest(new Uint8Array(0))).toBeUndefined();
    expect(splitRequest(Uint8Array.of(0xff, 0xff))).toBeUndefined();
  });
});

it('MemoryDeadLetters drops the oldest beyond its bound', async () => {
  const letters = new MemoryDeadLetters(250);
  const letter = { spanCount: 3, code: 'X', reason: '', setAsideUnixNano: 0n };
  expect(await letters.add({ ...letter, request: new Uint8Array(100) })).toBe(0);
  expect(await letters.add({ ...letter, request: new Uint8Array(100) })).toBe(0);
  expect(await letters.add({ ...letter, request: new Uint8Array(100) })).toBe(3);
  expect(await letters.list(10)).toHaveLength(2);
});
