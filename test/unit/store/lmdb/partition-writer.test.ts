/** The writer by itself, on the test's own thread and clock: partitions, retention, resends, a full disk. */
import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { parseTraceId } from '../../../../src/model/ids.ts';
import { BITS } from '../../../../src/otlp/span-columns.ts';
import { CommitSignal } from '../../../../src/store/commit-signal.ts';
import { CatalogueReader } from '../../../../src/store/lmdb/catalogue.ts';
import { LmdbLog } from '../../../../src/store/lmdb/lmdb-log.ts';
import { LmdbSource } from '../../../../src/store/lmdb/lmdb-source.ts';
import { PartitionWriter } from '../../../../src/store/lmdb/partition-writer.ts';
import { SoundPartitions } from '../../../../src/store/lmdb/sound-partitions.ts';
import type { WriterSettings } from '../../../../src/store/lmdb/writer-contract.ts';
import { Counters } from '../../../../src/telemetry/counters.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { buildRequest, realisticRequest } from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

const HOUR_MS = 3_600_000;
const SIGNAL = new AbortController().signal;
const TRACE = parseTraceId('c'.repeat(32));

let path: string;
let clock: ManualClock;
let counters: Counters;

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'synton-writer-'));
  clock = new ManualClock();
  counters = new Counters();
  return () => rmSync(path, { recursive: true, force: true });
});

function openWriter(settings: Partial<WriterSettings> = {}): PartitionWriter {
  return new PartitionWriter(
    { path, encoding: 'otlp', maxAgeMs: 0, maxBytes: 1e9, ...settings },
    { clock, counters, log: silentLogger },
  );
}

function openReader() {
  const signal = new CommitSignal();
  const partitions = new SoundPartitions(path, signal);
  onTestFinished(() => partitions.close());
  return { source: new LmdbSource(partitions), log: new LmdbLog(partitions, signal) };
}

/** One span of the same trace; another seed, another span. */
function span(seed: number, bits: number = BITS.kept) {
  return scannedBatch(buildRequest({ seed, spans: [{ traceId: TRACE }] }), {
    bits,
    arrivalFirst: seed,
  });
}

function partitionStates(): string[] {
  return new CatalogueReader(path).partitions().map(({ number, state }) => `${number} ${state}`);
}

describe('partitions', () => {
  it('begin with the first write and close after an hour', async () => {
    const writer = openWriter();
    expect(partitionStates()).toEqual([]);
    writer.commit(span(1));
    expect(partitionStates()).toEqual(['1 open']);
    await clock.advance(HOUR_MS);
    writer.commit(span(2));
    expect(partitionStates()).toEqual(['1 closed', '2 open']);
    await writer.close();
    expect(partitionStates()).toEqual(['1 closed', '2 closed']);
    expect((await openReader().source.trace(TRACE)).length).toBe(2);
  });

  it('close at a sixteenth of the bytes that retention allows', async () => {
    const writer = openWriter({ maxBytes: 1_000_000 });
    for (let seed = 1; seed <= 4; seed++)
      writer.commit(scannedBatch(realisticRequest({ spans: 1_000, seed })));
    expect(partitionStates().length).toBeGreaterThan(1);
    await writer.close();
  });

  it('are not made by a writer that writes nothing', async () => {
    await openWriter().close();
    expect(readdirSync(join(path, 'partitions'))).toEqual([]);
  });

  it('number on where the last writer stopped, also when everything expired', async () => {
    const first = openWriter({ maxAgeMs: HOUR_MS });
    first.commit(span(1));
    await first.closePartition();
    await clock.advance(3 * HOUR_MS);
    expect(first.expire()).toEqual([1]);
    await first.close();
    const second = openWriter();
    second.commit(span(2));
    expect(partitionStates()).toEqual(['2 open']);
    await second.close();
  });
});

describe('retention', () => {
  it('by age: a partition goes once its newest span is older', async () => {
    const writer = openWriter({ maxAgeMs: 2 * HOUR_MS });
    writer.commit(span(1));
    await writer.closePartition();
    await clock.advance(2 * HOUR_MS);
    expect(writer.expire()).toEqual([]);
    await clock.advance(1);
    expect(writer.expire()).toEqual([1]);
    expect(existsSync(join(path, 'partitions', '00000001'))).toBe(false);
    expect((await openReader().source.trace(TRACE)).length).toBe(0);
    expect(counters.value('partitions_expired')).toBe(1);
    await writer.close();
  });

  it('by bytes: the oldest go first, the open one never', async () => {
    const writer = openWriter({ maxBytes: 1 });
    for (let seed = 1; seed <= 3; seed++) {
      writer.commit(scannedBatch(realisticRequest({ spans: 300, seed })));
      if (seed < 3) await writer.closePartition();
    }
    expect(writer.expire()).toEqual([1, 2]);
    expect(partitionStates()).toEqual(['3 open']);
    await writer.close();
  });

  it('finishes, at the next start, what it was killed in the middle of', async () => {
    const first = openWriter({ maxAgeMs: HOUR_MS });
    first.commit(span(1));
    await first.closePartition();
    const folder = join(path, 'partitions', '00000001');
    cpSync(folder, join(path, 'copy'), { recursive: true });
    await clock.advance(2 * HOUR_MS);
    first.expire();
    renameSync(join(path, 'copy'), folder);
    await first.close();
    await openWriter().close();
    expect(existsSync(folder)).toBe(false);
  });

  it('tells a reader of the log what it took', async () => {
    const writer = openWriter({ maxAgeMs: 1 });
    writer.commit(span(1));
    writer.commit(span(2));
    await writer.closePartition();
    await clock.advance(10);
    writer.expire();
    writer.commit(span(3));
    const { log } = openReader();
    const chunk = await log.read({ partition: 0, block: 0, ordinal: 0 }, 1e6);
    expect(chunk).toMatchObject({
      spanCount: 1,
      expiredSpans: 2,
      from: { partition: 2, block: 0 },
    });
    await writer.close();
  });
});

describe('resends', () => {
  it('of the very bytes are dropped and counted, across commits and within one', async () => {
    const writer = openWriter();
    const request = realisticRequest({ spans: 50 });
    expect(writer.commit(scannedBatch(request))).toMatchObject({ spans: 50, duplicates: 0 });
    expect(writer.commit(scannedBatch(request))).toMatchObject({ spans: 0, duplicates: 50 });
    const twice = Buffer.concat([
      realisticRequest({ spans: 20, seed: 9 }),
      realisticRequest({ spans: 20, seed: 9 }),
    ]);
    expect(writer.commit(scannedBatch(twice))).toMatchObject({ spans: 20, duplicates: 20 });
    expect(counters.dropped('duplicate')).toBe(70);
    await writer.close();
  });

  it('of the same span with another attribute, or under another resource, are kept', async () => {
    const writer = openWriter();
    const sent = (service: string, value: string) =>
      scannedBatch(
        buildRequest({ service, spans: [{ traceId: TRACE, attributes: { key: value } }] }),
      );
    writer.commit(sent('shop', 'a'));
    expect(writer.commit(sent('shop', 'b'))).toMatchObject({ spans: 1, duplicates: 0 });
    expect(writer.commit(sent('mail', 'a'))).toMatchObject({ spans: 1, duplicates: 0 });
    await writer.close();
  });

  it('are still told apart when many thousand spans lie between', async () => {
    const writer = openWriter();
    const first = realisticRequest({ spans: 100, seed: 1_000 });
    writer.commit(scannedBatch(first));
    for (let seed = 1; seed <= 20; seed++)
      writer.commit(scannedBatch(realisticRequest({ spans: 1_000, seed })));
    expect(writer.commit(scannedBatch(first))).toMatchObject({ spans: 0, duplicates: 100 });
    await writer.close();
  });
});

describe('a disk that is nearly full', () => {
  it('refuses before LMDB meets it, and goes on when there is room again', async () => {
    let freeBytes = 1e12;
    const writer = openWriter({ statfs: () => ({ bavail: freeBytes, bsize: 1 }) });
    freeBytes = 10 * 1024;
    const refused = writer.commit(span(1));
    expect(refused).toMatchObject({ status: 'refused', retryAfterMs: 5_000 });
    expect(refused).toHaveProperty('reason', expect.stringContaining(path));
    freeBytes = 1e12;
    expect(writer.commit(span(1))).toMatchObject({ status: 'committed', spans: 1 });
    expect((await openReader().source.trace(TRACE)).length).toBe(1);
    await writer.close();
  });

  it('keeps a writer from starting, with the remedy', () => {
    const statfs = () => ({ bavail: 10, bsize: 1 });
    expect(() => openWriter({ statfs })).toThrow(/free some space, or lower retention.max_bytes/);
  });
});

it('searches blocks from the youngest and says how many it opened', async () => {
  const writer = openWriter();
  for (let seed = 1; seed <= 6; seed++) {
    const spans = [{ name: seed === 2 ? 'rare' : 'common' }];
    writer.commit(
      scannedBatch(buildRequest({ seed, service: 'shop', spans }), { arrivalFirst: seed * 10 }),
    );
  }
  const { source } = openReader();
  const page = { before: Number.MAX_SAFE_INTEGER, limit: 20 };
  const found = await source.find({ operation: 'rare' }, page, SIGNAL);
  expect(found.matches.map(({ arrival }) => arrival)).toEqual([20]);
  expect(found).toMatchObject({
    reachedArrival: 0,
    examined: { spans: 6, of: 6, blocksRead: 1, blocksTotal: 6 },
  });
  const newest = await source.find({ service: 'shop' }, { ...page, limit: 2 }, SIGNAL);
  expect(newest.matches.map(({ arrival }) => arrival)).toEqual([60, 50]);
  expect(newest.reachedArrival).toBe(50);
  await writer.close();
});
