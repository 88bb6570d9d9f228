/** A partition in columns as a reader holds it: what damage costs before anybody has repaired it, and what outlives the handle. */
import { readFileSync, writeFileSync } from 'node:fs';
import { LRUCache } from 'lru-cache';
import { expect, it } from 'vitest';
import { idWords } from '../../../../src/model/ids.ts';
import { CommitSignal } from '../../../../src/store/commit-signal.ts';
import type { SpanRecord } from '../../../../src/store/contracts/span-record.ts';
import { CatalogueReader } from '../../../../src/store/lmdb/catalogue.ts';
import { type ColumnCaches, ColumnPartition } from '../../../../src/store/lmdb/column-partition.ts';
import { partitionPath, segmentPath } from '../../../../src/store/lmdb/partition-path.ts';
import type { StoredPartition } from '../../../../src/store/lmdb/stored-partition.ts';
import { SegmentFile } from '../../../../src/store/segment/segment-file.ts';
import { SECTION } from '../../../../src/store/segment/segment-format.ts';
import { rewrittenStore } from '../../../support/rewritten-store.ts';
import { answersOf } from '../../../support/stored-answers.ts';

const DAY = 1_440;

function caches(): ColumnCaches {
  return { blocks: new LRUCache({ max: 16 }), periods: new LRUCache({ max: 100 }) };
}

function opened(path: string, shared: ColumnCaches = caches()) {
  const record = new CatalogueReader(path, new CommitSignal()).partition(1)!;
  const damaged: string[] = [];
  const partition = new ColumnPartition(
    record,
    segmentPath(partitionPath(path, 1)),
    shared,
    (block, reason) => damaged.push(`${block} ${reason}`),
  );
  return { partition, damaged };
}

function flip(path: string, at: (file: SegmentFile) => number): void {
  const name = segmentPath(partitionPath(path, 1));
  const file = new SegmentFile(name);
  const bytes = readFileSync(name);
  bytes[at(file)]! ^= 1;
  file.close();
  writeFileSync(name, bytes);
}

/** Spans counted in all of time. */
function counted(partition: StoredPartition, unitMax: number): number {
  const cells = [...partition.periods(0, 2 ** 31, unitMax)].flatMap((period) => [
    ...period.cells(),
  ]);
  return cells.reduce((sum, { count }) => sum + count, 0);
}

it('opened blocks do not outlive the file that they read from', async () => {
  const { path, questions } = await rewrittenStore({ commits: [2] });
  const shared = caches();
  const first = opened(path, shared).partition;
  // Opened, and most of it not read yet.
  shared.blocks.set('1/0', first.segment.block(0));
  first.close();
  expect(() => first.segment.block(0)).toThrow('closed');
  const { partition, damaged } = opened(path, shared);
  const records: SpanRecord[] = [];
  for (const words of questions.traces.map(idWords))
    for (const block of partition.blocksOfTrace(words))
      records.push(...partition.spansOfTrace(block, words));
  partition.close();
  expect(damaged).toEqual([]);
  expect(records).toHaveLength(48);
});

it('a day of statistics that is damaged is added up from its hours and minutes', async () => {
  const { path } = await rewrittenStore({ commits: [2] });
  for (const unit of [DAY, 60]) {
    flip(path, (file) => {
      const period = file.periods().find((entry) => entry.unit === unit)!;
      return file.place(SECTION.statistics).offset + period.offset + period.length - 5;
    });
    const { partition, damaged } = opened(path);
    expect(counted(partition, DAY)).toBe(48);
    expect(damaged.length).toBeGreaterThan(0);
    partition.close();
  }
});

it('where nobody knows any more how it was cut, any cursor goes on without leaving a span out', async () => {
  const { path, questions, before } = await rewrittenStore({ commits: [5] });
  flip(path, (file) => file.place(SECTION.written).offset);
  const { partition } = opened(path);
  // Cursors of before stand at most here.
  const spans = Array.from({ length: partition.writtenCount() }, (_, block) =>
    partition.writtenSpans(block),
  );
  expect(spans.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
  expect(spans.slice(5).reduce((sum, count) => sum + count, 0)).toBe(5 * 24);
  partition.close();
  const after = await answersOf(path, new CommitSignal(), questions);
  expect(after.logs).toEqual(before.logs);
  expect(after.damaged).toHaveLength(1);
});
