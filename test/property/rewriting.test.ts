/**
 * Whatever was written, and however it was cut into commits and partitions: once it is rewritten the store gives the same answers, to
 * the byte, with some of its partitions rewritten, with all, and when it is opened again.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scalarText } from '../../src/model/attribute.ts';
import { type TraceId, traceIdOfWords } from '../../src/model/ids.ts';
import { readResourceFrame } from '../../src/otlp/read-frames.ts';
import { readSpan } from '../../src/otlp/read-span.ts';
import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import { bigColumn } from '../../src/otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../src/otlp/span-columns.ts';
import { CommitSignal } from '../../src/store/commit-signal.ts';
import { partitionPath } from '../../src/store/lmdb/partition-path.ts';
import { PartitionWriter } from '../../src/store/lmdb/partition-writer.ts';
import { rewritePartition } from '../../src/store/lmdb/rewriting/rewrite-partition.ts';
import { Counters } from '../../src/telemetry/counters.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { framedSpans } from '../support/framed-spans.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { oddRequest, validRequest } from '../support/otlp-arbitrary.ts';
import { runs } from '../support/property-runs.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import {
  answersOf,
  filtersFor,
  firstDifference,
  type Questions,
} from '../support/stored-answers.ts';

const DECISIONS = [
  BITS.kept,
  BITS.kept,
  0,
  BITS.kept | BITS.promoted,
  BITS.kept | BITS.raised,
  BITS.kept | BITS.raised | BITS.promoted,
];
const WORD = 2 ** 32;

const history = fc.record({
  requests: fc.array(fc.oneof(validRequest, oddRequest), { minLength: 1, maxLength: 14 }),
  seed: fc.integer(),
});

/** A batch as sampling and promotion leave it: some rows kept, arrivals rising with gaps. */
function decided(
  request: Uint8Array,
  random: SeededRandom,
  arrivalFirst: number,
): SpanScanner | undefined {
  const batch = new SpanScanner();
  if (batch.scan(request).status !== 'ok' || batch.count === 0) return undefined;
  batch.threshold = BigInt(random.below(3)) << 52n;
  let arrival = arrivalFirst;
  for (let row = 0; row < batch.count; row++) {
    const at = row * STRIDE;
    batch.rows[at + COLUMN.bits] = batch.rows[at + COLUMN.bits]! | random.pick(DECISIONS);
    batch.rows[at + COLUMN.arrival] = arrival % WORD;
    batch.rows[at + COLUMN.arrival + 1] = Math.floor(arrival / WORD);
    arrival += 1 + random.below(3);
  }
  return batch;
}

class Asked {
  readonly #traces = new Set<TraceId>();
  readonly #services = new Set<string>();
  readonly #names = new Set<string>();
  readonly #values = new Map<string, string>();
  readonly #starts: bigint[] = [];

  read(batch: SpanScanner): void {
    for (const [row, { span, resource }] of framedSpans(batch).entries()) {
      this.#traces.add(traceIdOfWords(batch.rows, row * STRIDE));
      const decoded = readSpan(span);
      const { attributes } = readResourceFrame(resource);
      this.#names.add(decoded.name);
      for (const { key, value } of [...attributes, ...decoded.attributes]) {
        const text = scalarText(value);
        if (key === 'service.name' && text !== undefined) this.#services.add(text);
        if (text !== undefined) this.#values.set(key, text);
      }
      this.#starts.push(bigColumn(batch.rows, row, COLUMN.start));
    }
  }

  questions(): Questions {
    const first = <Item>(items: Iterable<Item>, count: number) => [...items].slice(0, count);
    const starts = [...this.#starts].sort((a, b) => (a < b ? -1 : 1));
    const middle = starts[starts.length >> 1] ?? 0n;
    const day = 86_400_000_000_000n;
    const from = middle - (middle % day);
    return {
      traces: [...this.#traces],
      filters: filtersFor({
        services: first(this.#services, 3),
        names: first(this.#names, 3),
        values: first(this.#values, 6).map(([key, value]) => ({ key, value })),
        starts: [middle],
      }),
      ranges: [{ fromUnixNano: from, toUnixNano: from + 2n * day }],
      chunkBytes: [300, 5_000, 1 << 20],
    };
  }
}

test('a rewritten store gives the same answers', async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ requests, seed }) => {
      const random = new SeededRandom(seed);
      const path = mkdtempSync(join(tmpdir(), 'synton-rewriting-'));
      const open = () =>
        new PartitionWriter(
          { path, encoding: random.pick(['otlp', 'json'] as const), maxAgeMs: 0, maxBytes: 1e12 },
          { clock: new ManualClock(), counters: new Counters(), log: silentLogger },
        );
      const commits = new CommitSignal();
      let writer = open();
      try {
        const asked = new Asked();
        let arrival = random.pick([1, 2 ** 33]);
        for (const request of requests) {
          const batch = decided(request, random, arrival);
          if (batch === undefined) continue;
          asked.read(batch);
          arrival += 3 * batch.count;
          const outcome = writer.commit(batch);
          expect(outcome.status).toBe('committed');
          // A resend, of which the store keeps nothing.
          if (random.below(4) === 0) {
            writer.commit(decided(request, random, arrival)!);
            arrival += 3 * batch.count;
          }
          if (random.below(4) === 0) await writer.closePartition();
        }
        writer.flushStatistics();
        await writer.closePartition();
        const questions = asked.questions();
        const before = await answersOf(path, commits, questions);
        expect(before.damaged).toEqual([]);
        const numbers = writer.catalogue.partitions().map(({ number }) => number);
        numbers.sort(() => random.below(3) - 1);
        for (const [i, number] of numbers.entries()) {
          const report = await rewritePartition(partitionPath(path, number), async () => {});
          writer.rewritten(number, report);
          if (i === numbers.length >> 1)
            expect(firstDifference(before, await answersOf(path, commits, questions))).toBe(
              undefined,
            );
        }
        expect(firstDifference(before, await answersOf(path, commits, questions))).toBe(undefined);
        await writer.close();
        writer = open();
        expect(firstDifference(before, await answersOf(path, commits, questions))).toBe(undefined);
      } finally {
        await writer.close();
        rmSync(path, { recursive: true, force: true });
      }
    }),
    { numRuns: runs(18), endOnFailure: true },
  );
}, 120_000);
