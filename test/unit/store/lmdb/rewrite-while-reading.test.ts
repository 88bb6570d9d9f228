/** Partitions turn from blocks to columns under readers that hold them: searches, traces and the log see every span once all along. */
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type TraceId, traceIdOfWords } from '../../../../src/model/ids.ts';
import type { LogCursor } from '../../../../src/store/contracts/span-log.ts';
import type { TraceReader } from '../../../../src/store/contracts/trace-reader.ts';
import { LmdbLog } from '../../../../src/store/lmdb/lmdb-log.ts';
import { LmdbSource } from '../../../../src/store/lmdb/lmdb-source.ts';
import { SoundPartitions } from '../../../../src/store/lmdb/sound-partitions.ts';
import { createTraceReader } from '../../../../src/store/reading/create-trace-reader.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { rawSpansOf } from '../../../support/raw-spans.ts';
import { folder, openStore } from '../../../support/rewritten-store.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

const SPANS = 8;
const ROUNDS = 60;
const SIGNAL = new AbortController().signal;

/** A trace of its own, all of it in one commit. */
function traceOf(round: number) {
  const spans = Array.from({ length: SPANS }, (_, i) => ({
    name: `step ${i}`,
    attributes: { round, text: 'x'.repeat(200) },
  }));
  return buildRequest({ service: 'shop', seed: round + 1, spans });
}

/** Every trace that a search finds, page after page, while partitions change their form between two pages. */
async function allFound(reader: TraceReader): Promise<TraceId[]> {
  const traceIds: TraceId[] = [];
  let cursor: string | undefined;
  do {
    const query = { service: 'shop', limit: 4, ...(cursor === undefined ? {} : { cursor }) };
    const page = await reader.search(query, SIGNAL);
    traceIds.push(...page.items.map(({ traceId }) => traceId));
    cursor = page.next;
    await wait(1);
  } while (cursor !== undefined);
  return traceIds;
}

test('partitions turn into columns under their readers', async () => {
  const path = folder();
  // A commit fills a partition; it is rewritten at once.
  const settings = { partitionBytes: 1, rewriteDelayMs: 1 };
  const { store, host } = await openStore(path, settings);
  const partitions = new SoundPartitions(path, store.commitSignal, (what) => {
    throw new Error(what);
  });
  const source = new LmdbSource(partitions);
  const log = new LmdbLog(partitions, store.commitSignal);
  const storage = () => source.storage();
  const reader = createTraceReader({ sources: [source], statistics: source, storage });
  const written: { readonly traceId: TraceId; readonly spans: readonly string[] }[] = [];
  let isOver = false;

  async function write(): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      const request = traceOf(round);
      const batch = scannedBatch(request, { arrivalFirst: 1 + round * SPANS });
      expect((await store.write(batch)).status).toBe('durable');
      const spans = rawSpansOf(request).map(({ bytes }) => bytes.toString('hex'));
      written.push({ traceId: traceIdOfWords(batch.rows, 0), spans });
    }
    while (host.counters.value('partitions_rewritten') < ROUNDS - 1) await wait(5);
    isOver = true;
  }

  async function readTraces(): Promise<void> {
    for (let i = 0; !isOver; i++) {
      const expected = written[(i * 7) % Math.max(1, written.length)];
      await wait(1);
      if (expected === undefined) continue;
      const records = await source.trace(expected.traceId);
      const spans = records.map(({ span }) => Buffer.from(span).toString('hex'));
      expect(spans).toEqual(expected.spans);
    }
  }

  async function search(): Promise<void> {
    while (!isOver) {
      const before = written.map(({ traceId }) => traceId);
      const found = await allFound(reader);
      expect(new Set(found).size).toBe(found.length);
      const known = new Set(found);
      expect(before.filter((traceId) => !known.has(traceId))).toEqual([]);
    }
  }

  async function readLog(bytesMax: number): Promise<void> {
    const spans: string[] = [];
    let cursor: LogCursor = { partition: 0, block: 0, ordinal: 0 };
    while (spans.length < ROUNDS * SPANS) {
      const chunk = await log.read(cursor, bytesMax);
      await wait(spans.length % 3);
      if (chunk === undefined) continue;
      expect(chunk.damagedSpans + chunk.expiredSpans).toBe(0);
      for (const { bytes } of rawSpansOf(chunk.request)) spans.push(bytes.toString('hex'));
      cursor = chunk.next;
    }
    expect(spans).toEqual(written.flatMap((trace) => trace.spans));
  }

  await Promise.all([write(), readTraces(), search(), readLog(1), readLog(700), readLog(1 << 20)]);
  expect(await allFound(reader)).toHaveLength(ROUNDS);
  partitions.close();
});
