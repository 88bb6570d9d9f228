/** What the rewriter does where it cannot simply go on: no room, damaged blocks, a partition that expires under it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { CommitSignal } from '../../../../src/store/commit-signal.ts';
import { decodeBody } from '../../../../src/store/lmdb/body-format.ts';
import { DamageLedger } from '../../../../src/store/lmdb/damage-ledger.ts';
import { LmdbLog } from '../../../../src/store/lmdb/lmdb-log.ts';
import { Partition } from '../../../../src/store/lmdb/partition.ts';
import {
  DATA_FILE,
  partitionPath,
  segmentPath,
} from '../../../../src/store/lmdb/partition-path.ts';
import { PartitionWriter } from '../../../../src/store/lmdb/partition-writer.ts';
import { Rewriter } from '../../../../src/store/lmdb/rewriting/rewriter.ts';
import { SoundPartitions } from '../../../../src/store/lmdb/sound-partitions.ts';
import type { WriterSettings } from '../../../../src/store/lmdb/writer-contract.ts';
import { eventually } from '../../../support/eventually.ts';
import { realisticRequest } from '../../../support/otlp-request.ts';
import { testHost } from '../../../support/receiver-host.ts';
import { folder, rewrittenStore } from '../../../support/rewritten-store.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';
import { answersOf } from '../../../support/stored-answers.ts';

function opened(path: string, settings: Partial<WriterSettings> = {}) {
  const host = testHost();
  const own = { path, encoding: 'otlp' as const, maxAgeMs: 0, maxBytes: 1e12, ...settings };
  const writer = new PartitionWriter(own, host);
  for (const record of writer.catalogue.partitions())
    writer.catalogue.put({ ...record, checkedBoot: writer.boot });
  const rewriter = new Rewriter({
    ...{ dataPath: path, writer, counters: host.counters, log: host.log, delayMs: 0 },
    damages: new DamageLedger(host),
    progressed() {},
    setAside() {},
    roomRetryMs: 20,
  });
  onTestFinished(async () => {
    await rewriter.stop();
    await writer.close();
  });
  const said = () => host.log.lines.filter(({ level }) => level !== 'info');
  const forms = () => writer.catalogue.partitions().map(({ form }) => form);
  return { writer, rewriter, host, said, forms, settings: own };
}

const commit = (writer: PartitionWriter, seed: number) =>
  writer.commit(scannedBatch(realisticRequest({ spans: 40, seed }), { arrivalFirst: seed * 100 }));

it('without room leaves partitions as they are, says so once, and goes on when there is some', async () => {
  let free = 1e9;
  const statfs = () => ({ bavail: free, bsize: 1 });
  const { writer, rewriter, host, said, forms } = opened(folder(), { statfs, reserveBytes: 1e6 });
  for (const seed of [1, 2]) {
    commit(writer, seed);
    await writer.closePartition();
  }
  // Enough to receive, and not for a partition more.
  free = 1e6 + 20_000;
  await rewriter.finish();
  for (let i = 0; i < 10; i++) {
    rewriter.poll();
    await wait(10);
  }
  expect(forms()).toEqual(['blocks', 'blocks']);
  expect(said()).toHaveLength(1);
  expect(said()[0]!.message).toContain('no room');
  expect(host.counters.value('rewrites_failed')).toBe(0);
  free = 1e9;
  await eventually(async () => {
    rewriter.poll();
    return forms().every((form) => form === 'columns');
  }, 'both are rewritten');
  expect(said()).toHaveLength(1);
});

it('a block that is damaged is named and counted once, and kept aside; the rest is rewritten', async () => {
  const { path, questions, before } = await rewrittenStore({ commits: [4], isRewritten: false });
  const partition = new Partition(partitionPath(path, 1), { readOnly: true });
  const body = Buffer.from(partition.body(2)!);
  const lost = decodeBody(body).spanCount;
  await partition.close();
  const file = join(partitionPath(path, 1), DATA_FILE);
  const bytes = readFileSync(file);
  bytes[bytes.indexOf(body) + body.length - 9]! ^= 1;
  writeFileSync(file, bytes);
  const { rewriter, host, said, forms } = opened(path);
  await rewriter.finish();
  expect(forms()).toEqual(['columns']);
  expect(said().map(({ fields }) => fields)).toMatchObject([
    { partition: 1, block: 2, spans: lost },
    { partition: 1, keptAside: expect.stringContaining('00000001.corrupt-') },
  ]);
  expect(host.counters.dropped('damaged')).toBe(lost);
  const [aside] = readdirSync(join(path, 'partitions')).filter((name) => name.includes('corrupt'));
  expect(readFileSync(join(path, 'partitions', aside!, DATA_FILE)).equals(bytes)).toBe(true);
  const after = await answersOf(path, new CommitSignal(), questions);
  const spans = [...before.logs[0]!];
  spans.splice(2 * 24, lost);
  expect(after.logs[0]).toEqual(spans);
  const skipped = after.cursors.map((cursor) => JSON.parse(cursor)[2] as number);
  expect(skipped.reduce((sum, count) => sum + count, 0)).toBe(lost);
});

it('what expired unread is counted by the blocks that cursors count, whatever form it lay in', async () => {
  const { writer, rewriter, settings } = opened(folder());
  for (let i = 0; i < 10; i++) commit(writer, i + 1);
  await writer.closePartition();
  await rewriter.finish();
  const { spans } = writer.catalogue.partitions()[0]!;
  // Statistics alone: no block, and a cursor may stand at its start.
  writer.commit(scannedBatch(realisticRequest({ spans: 5, seed: 99 }), { bits: 0 }));
  writer.flushStatistics();
  await writer.closePartition();
  settings.maxBytes = 0;
  expect(writer.expire()).toEqual([1, 2]);
  settings.maxBytes = 1e12;
  for (let i = 0; i < 3; i++) commit(writer, i + 50);
  const signal = new CommitSignal();
  const partitions = new SoundPartitions(settings.path, signal);
  onTestFinished(() => partitions.close());
  const log = new LmdbLog(partitions, signal);
  const expired = async (partition: number, block: number) =>
    (await log.read({ partition, block, ordinal: 0 }, 1 << 20))?.expiredSpans;
  expect(await expired(1, 0)).toBe(spans);
  expect(await expired(1, 3)).toBe(spans * 0.7);
  expect(await expired(2, 0)).toBe(0);
});

it('a partition that expires while it is rewritten leaves nothing, and the next is rewritten', async () => {
  const { writer, rewriter, said, forms, settings } = opened(folder());
  const path = partitionPath(settings.path, 1);
  for (const seed of [1, 2]) {
    for (let i = 0; i < 20; i++) commit(writer, seed * 100 + i);
    await writer.closePartition();
  }
  rewriter.poll();
  expect(rewriter.current).toBe(1);
  await eventually(async () => existsSync(`${segmentPath(path)}.new`), 'it has begun');
  const [first, second] = writer.catalogue.partitions();
  settings.maxBytes = first!.bytes + second!.bytes - 1;
  expect(writer.expire()).toEqual([1]);
  await rewriter.finish();
  expect(forms()).toEqual(['columns']);
  expect(existsSync(path)).toBe(false);
  expect(said()).toEqual([]);
});
