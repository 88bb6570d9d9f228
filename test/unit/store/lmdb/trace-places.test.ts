/** Where the spans of a trace lie, in either form: read again, some at a time, and noticed when they do not lie there any more. */
import { describe, expect, it } from 'vitest';
import { CommitSignal } from '../../../../src/store/commit-signal.ts';
import type { ReadBound } from '../../../../src/store/contracts/placed-spans.ts';
import { LmdbSource } from '../../../../src/store/lmdb/lmdb-source.ts';
import { partitionPath } from '../../../../src/store/lmdb/partition-path.ts';
import { PartitionWriter } from '../../../../src/store/lmdb/partition-writer.ts';
import { rewritePartition } from '../../../../src/store/lmdb/rewriting/rewrite-partition.ts';
import { SoundPartitions } from '../../../../src/store/lmdb/sound-partitions.ts';
import { Counters } from '../../../../src/telemetry/counters.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { folder, noPause } from '../../../support/rewritten-store.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';
import { buildTrace } from '../../../support/trace-records.ts';

const SPANS = 5;
const BLOCKS = 4;
const bound: ReadBound = {
  spansMax: 1_000,
  bytesMax: 1_000_000,
  elsewhere: new Set(),
  roomForMany: async () => {},
};
const { traceId } = buildTrace(requestOf(0));

/** Every request has spans of the trace and of others. */
function requestOf(block: number) {
  return {
    resources: ['shop', 'stock'].map((service, half) => ({
      service,
      spans: Array.from({ length: SPANS * 2 }, (_, i) => ({
        name: i % 2 === 0 ? `span ${block} ${half} ${i}` : 'other'.repeat(1_000),
        spanId: (block * 100 + half * 50 + i + 1).toString(16).padStart(16, '0'),
        ...(i % 2 === 0 ? {} : { traceId: 'cd'.repeat(16) }),
      })),
    })),
  };
}

function emptyStore() {
  const path = folder();
  const host = { clock: new ManualClock(), counters: new Counters(), log: silentLogger };
  const writer = new PartitionWriter({ path, encoding: 'otlp', maxAgeMs: 0, maxBytes: 1e12 }, host);
  const commits = new CommitSignal();
  let arrivalFirst = 1;
  const commit = (block: number) => {
    const batch = scannedBatch(buildRequest(requestOf(block)), { arrivalFirst });
    arrivalFirst += batch.count;
    writer.commit(batch);
    commits.raise();
  };
  const rewrite = async () => {
    for (const { number, form, state } of writer.catalogue.partitions())
      if (form === 'blocks' && state === 'closed')
        writer.rewritten(number, await rewritePartition(partitionPath(path, number), noPause));
    commits.raise();
  };
  const partitions = new SoundPartitions(path, commits);
  return { writer, commit, rewrite, partitions, source: new LmdbSource(partitions) };
}

async function filled(form: 'blocks' | 'columns') {
  const made = emptyStore();
  for (let block = 0; block < BLOCKS; block++) {
    made.commit(block);
    if (block === 1) await made.writer.closePartition();
  }
  if (form === 'columns') {
    await made.writer.closePartition();
    await made.rewrite();
  }
  return made;
}

describe.each(['blocks', 'columns'] as const)('a trace in %s', (form) => {
  it('is read again where it lies, any of its spans', async () => {
    const { source, partitions, writer } = await filled(form);
    const { records, beyond, places } = await source.placed(traceId, bound);
    expect(records).toHaveLength(SPANS * 2 * BLOCKS);
    expect(new Set(records.map(({ span }) => Buffer.from(span).toString('hex'))).size).toBe(40);
    expect(beyond).toBe(0);
    expect(await places.hold()).toBe(true);
    for (const indexes of [[0], [39], [0, 39], [3, 9, 10, 11, 29], [...records.keys()], []])
      expect(await places.read(indexes)).toEqual(indexes.map((index) => records[index]));
    expect(await places.read([40])).toBeUndefined();
    const [copy] = (await places.read([7]))!;
    expect(copy!.span.buffer.byteLength).toBe(copy!.span.length);
    partitions.close();
    await writer.close();
  });

  it('is held as far as the bound allows, the first to arrive; the rest is counted', async () => {
    const { source, partitions, writer } = await filled(form);
    const all = await source.trace(traceId);
    const some = await source.placed(traceId, { ...bound, spansMax: 13 });
    expect(some.records).toEqual(all.slice(0, 13));
    expect(some.beyond).toBe(27);
    expect(await some.places.read([12])).toEqual([all[12]]);
    expect(await some.places.read([13])).toBeUndefined();
    const elsewhere = new Set([all[2], all[20], all[39]].map((record) => record!.arrival));
    const counted = await source.placed(traceId, { ...bound, spansMax: 13, elsewhere });
    expect(counted.beyond).toBe(25);
    const tight = await source.placed(traceId, { ...bound, bytesMax: 1 });
    expect(tight.records).toEqual(all.slice(0, tight.records.length));
    expect(tight.records.length).toBeGreaterThan(0);
    expect(tight.records.length + tight.beyond).toBe(40);
    // What else lies in its blocks is not held with it.
    const own = all.reduce((bytes, { span }) => bytes + span.length, 1);
    expect((await source.placed(traceId, { ...bound, bytesMax: own })).beyond).toBe(0);
    partitions.close();
    await writer.close();
  });

  it('does not hold once spans came', async () => {
    const { source, partitions, writer, commit } = await filled(form);
    const { places, records } = await source.placed(traceId, bound);
    commit(BLOCKS);
    expect(await places.hold()).toBe(false);
    // What was read lies where it lay.
    expect(await places.read([0, 39])).toEqual([records[0], records[39]]);
    const after = await source.placed(traceId, bound);
    expect(after.records).toHaveLength(50);
    expect(await after.places.hold()).toBe(true);
    partitions.close();
    await writer.close();
  });
});

it('a trace that was rewritten meanwhile does not lie there any more', async () => {
  const { source, partitions, writer, rewrite } = await filled('blocks');
  const { places, records } = await source.placed(traceId, bound);
  await rewrite();
  expect(await places.hold()).toBe(false);
  expect(await places.read([0])).toBeUndefined();
  // Of the partition that is still open.
  expect(await places.read([39])).toEqual([records[39]]);
  const after = await source.placed(traceId, bound);
  expect(after.records).toEqual(records);
  expect(await after.places.hold()).toBe(true);
  partitions.close();
  await writer.close();
});

it('a trace that nothing is known of has places, which know when it comes', async () => {
  const { source, partitions, writer, commit } = emptyStore();
  const { records, places } = await source.placed(traceId, bound);
  expect(records).toEqual([]);
  expect(await places.hold()).toBe(true);
  commit(0);
  expect(await places.hold()).toBe(false);
  partitions.close();
  await writer.close();
});
