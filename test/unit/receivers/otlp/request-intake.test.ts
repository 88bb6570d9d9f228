import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteBudget } from '../../../../src/pipeline/byte-budget.ts';
import { BufferPool, POOLED_BYTES_MAX } from '../../../../src/receivers/otlp/buffer-pool.ts';
import { ExportHandler } from '../../../../src/receivers/otlp/export-handler.ts';
import type { ExportOutcome, RequestKind } from '../../../../src/receivers/otlp/export-outcome.ts';
import { Inflater } from '../../../../src/receivers/otlp/inflate.ts';
import { MessageBuffer } from '../../../../src/receivers/otlp/message-buffer.ts';
import {
  type IntakeContext,
  RequestIntake,
} from '../../../../src/receivers/otlp/request-intake.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { NO_DEADLINE, testHost } from '../../../support/receiver-host.ts';
import { RecordingConsumer } from '../../../support/recording-consumer.ts';

const KIND: RequestKind = { signal: 'traces', format: 'protobuf', encoding: 'identity' };
const REQUEST = buildRequest({ service: 'shop', spans: [{}, { parent: 0 }] });

function context(budgetBytes = 1 << 20) {
  const clock = new ManualClock();
  const host = testHost(clock);
  const consumer = new RecordingConsumer();
  const settings = { maxRequestBytes: 1 << 24, waitForRoomMs: 1500, retryAfterMs: 1000 };
  const made: IntakeContext = {
    settings,
    host,
    budget: new ByteBudget(budgetBytes),
    pool: new BufferPool(),
    inflater: new Inflater(settings.maxRequestBytes),
    handler: new ExportHandler(consumer, host),
  };
  return { ...made, clock, consumer };
}

function intake(made: IntakeContext, announced: number | undefined) {
  const outcome = Promise.withResolvers<ExportOutcome>();
  return {
    outcome: outcome.promise,
    intake: new RequestIntake(made, announced, NO_DEADLINE, outcome.resolve),
  };
}

describe('RequestIntake', () => {
  it('collects pieces, hands them over once, and keeps nothing', async () => {
    const made = context();
    const { intake: one, outcome } = intake(made, REQUEST.length);
    one.append(REQUEST.subarray(0, 10));
    one.append(REQUEST.subarray(10));
    expect(made.budget.usedBytes).toBe(REQUEST.length);
    one.end(KIND);
    expect(await outcome).toEqual({ status: 'accepted' });
    expect(made.consumer.requests).toEqual([REQUEST]);
    expect(made.budget.usedBytes).toBe(0);
  });

  it('goes on collecting while it waits, and is read once there is room', async () => {
    const made = context();
    made.budget.tryTake(made.budget.bytesMax);
    const { intake: one, outcome } = intake(made, REQUEST.length);
    for (const byte of REQUEST) one.append(Uint8Array.of(byte));
    one.end(KIND);
    expect(made.budget.waitingBytes).toBe(REQUEST.length);
    expect(made.consumer.requests).toHaveLength(0);
    made.budget.give(made.budget.bytesMax);
    expect(await outcome).toEqual({ status: 'accepted' });
    expect(made.consumer.requests).toEqual([REQUEST]);
    expect([made.budget.usedBytes, made.budget.waitingBytes]).toEqual([0, 0]);
  });

  it('is refused at once where too much waits already', async () => {
    const made = context();
    made.budget.tryTake(made.budget.bytesMax);
    const first = intake(made, made.budget.waitingBytesMax);
    first.intake.append(Buffer.alloc(1));
    const second = intake(made, REQUEST.length);
    second.intake.append(REQUEST);
    expect(await second.outcome).toMatchObject({ status: 'busy' });
    await made.clock.advance(1500);
    expect(await first.outcome).toMatchObject({ status: 'busy' });
    expect(made.budget.waitingBytes).toBe(0);
  });

  it('is charged as it arrives: at once when short, by doubling when long or unknown', () => {
    const made = context(1 << 30);
    intake(made, 1_000_000).intake.append(Buffer.alloc(1));
    expect(made.budget.usedBytes).toBe(1_000_000);
    for (const announced of [3_000_000, undefined]) {
      const before = made.budget.usedBytes;
      const { intake: one } = intake(made, announced);
      const charges = new Set<number>();
      for (let sent = 0; sent < 1_000_000; sent += 1000) {
        one.append(Buffer.alloc(1000));
        charges.add((made.budget.usedBytes - before) / 1024);
      }
      expect([...charges]).toEqual([16, 32, 64, 128, 256, 512, 1024]);
    }
  });

  it('holds no more than it claimed while it waits, when nobody knows how long it is', async () => {
    const made = context(4 << 20);
    made.budget.tryTake(made.budget.bytesMax);
    const { intake: one, outcome } = intake(made, undefined);
    one.append(Buffer.alloc(1 << 20));
    one.append(Buffer.alloc(1));
    expect(await outcome).toMatchObject({ status: 'busy' });
  });

  it('keeps its charge until the outcome is known, though nobody waits for it any more', async () => {
    const made = context();
    const release = Promise.withResolvers<void>();
    made.consumer.answer = async () => {
      await release.promise;
      return { status: 'accepted' };
    };
    const { intake: one } = intake(made, REQUEST.length);
    one.append(REQUEST);
    one.end(KIND);
    one.abandon();
    expect(made.budget.usedBytes).toBe(REQUEST.length);
    release.resolve();
    await made.clock.advance(0);
    expect(made.budget.usedBytes).toBe(0);
  });

  it('gives back room that comes after it was abandoned', async () => {
    const made = context();
    made.budget.tryTake(made.budget.bytesMax);
    const { intake: one } = intake(made, REQUEST.length);
    one.append(REQUEST);
    one.abandon();
    made.budget.give(made.budget.bytesMax);
    await made.clock.advance(0);
    expect(made.budget.usedBytes).toBe(0);
    expect(made.consumer.requests).toHaveLength(0);
  });

  it('charges what decompression adds, and refuses where there is no room for it', async () => {
    const made = context(1 << 16);
    const large = buildRequest({ spans: [{ attributes: { text: 'x'.repeat(200_000) } }] });
    const zipped = gzipSync(large);
    const other = made.budget.tryTake(1000);
    expect(other).toBe(true);
    const { intake: one, outcome } = intake(made, zipped.length);
    one.append(zipped);
    one.end({ ...KIND, encoding: 'gzip' });
    expect(await outcome).toMatchObject({ status: 'busy', retryAfterMs: 1000 });
    expect(made.budget.usedBytes).toBe(1000);
  });

  it('answers any bytes, in any kind, without throwing', async () => {
    const made = context();
    const kinds = fc.record({
      signal: fc.constantFrom('traces', 'logs', 'metrics' as const),
      format: fc.constantFrom('protobuf', 'json' as const),
      encoding: fc.constantFrom('identity', 'gzip', 'deflate', 'zstd' as const),
    }) as fc.Arbitrary<RequestKind>;
    const mutated = fc
      .tuple(fc.nat(REQUEST.length - 1), fc.nat(255), fc.nat(REQUEST.length))
      .map(([at, byte, length]) => {
        const copy = Uint8Array.from(REQUEST.subarray(0, length));
        if (at < length) copy[at] = byte;
        return copy;
      });
    await fc.assert(
      fc.asyncProperty(
        kinds,
        fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated),
        async (kind, bytes) => {
          const { intake: one, outcome } = intake(made, bytes.length);
          one.append(bytes);
          one.end(kind);
          expect(['accepted', 'partial', 'invalid']).toContain((await outcome).status);
          expect(made.budget.usedBytes).toBe(0);
        },
      ),
      { numRuns: 2000 },
    );
    expect(made.host.log).toMatchObject({ lines: [] });
  });
});

describe('MessageBuffer', () => {
  it('keeps what is appended, in pieces of any size', () => {
    const whole = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 251));
    for (const step of [1, 77, 4096, 100_000]) {
      const body = new MessageBuffer(new BufferPool(), 1 << 20);
      for (let at = 0; at < whole.length; at += step) body.append(whole.subarray(at, at + step));
      expect(body.bytes.equals(whole)).toBe(true);
      body.release();
      body.release();
      expect(body.length).toBe(0);
    }
  });
});

describe('BufferPool', () => {
  it('gives the same buffers again, up to its bound', () => {
    const pool = new BufferPool(3 * 8192);
    const taken = [5000, 8192, 6000, 4097].map((length) => pool.take(length));
    expect(taken.map(({ length }) => length)).toEqual([8192, 8192, 8192, 8192]);
    for (const buffer of taken) pool.give(buffer);
    expect(pool.idleBytes).toBe(3 * 8192);
    expect(taken).toContain(pool.take(8000));
    expect(pool.take(100)).toHaveLength(4096);
    expect(pool.take(1)).not.toBe(taken[3]);
  });

  it('does not keep the largest', () => {
    const pool = new BufferPool();
    const large = pool.take(POOLED_BYTES_MAX + 1);
    expect(large).toHaveLength(POOLED_BYTES_MAX + 1);
    pool.give(large);
    expect(pool.idleBytes).toBe(0);
  });
});

describe('Inflater', () => {
  it('inflates large bodies off the thread, in turn, and small ones at once', async () => {
    const inflater = new Inflater(1 << 24);
    const large = gzipSync(Buffer.alloc(5_000_000, 'a'));
    const results = [inflater.inflate(large, 'gzip'), inflater.inflate(large, 'gzip')];
    expect(results.every((result) => result instanceof Promise)).toBe(true);
    expect(inflater.inflate(gzipSync('small'), 'gzip')).toMatchObject({ status: 'ok' });
    for (const result of await Promise.all(results))
      expect(result.status === 'ok' && result.bytes.length).toBe(5_000_000);
  });

  it('refuses zstd in more frames than anyone needs', async () => {
    const { zstdCompressSync } = await import('node:zlib');
    const frame = zstdCompressSync('x');
    const inflater = new Inflater(1 << 20);
    const some = Buffer.concat(Array<Buffer>(60).fill(frame));
    expect(inflater.inflate(some, 'zstd')).toEqual({ status: 'ok', bytes: Buffer.alloc(60, 'x') });
    const many = Buffer.concat(Array<Buffer>(100).fill(frame));
    expect(inflater.inflate(many, 'zstd')).toMatchObject({ status: 'corrupt' });
  });
});
