/** Partitions in columns, damaged while nobody had them open: what that costs, what is said, and what becomes of the file. */
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommitSignal } from '../../../../src/store/commit-signal.ts';
import { CatalogueReader } from '../../../../src/store/lmdb/catalogue.ts';
import { DamageLedger } from '../../../../src/store/lmdb/damage-ledger.ts';
import { partitionPath, segmentPath } from '../../../../src/store/lmdb/partition-path.ts';
import { PartitionWriter } from '../../../../src/store/lmdb/partition-writer.ts';
import { checkSegments } from '../../../../src/store/lmdb/recovery/check-segments.ts';
import { SegmentFile } from '../../../../src/store/segment/segment-file.ts';
import { SECTION } from '../../../../src/store/segment/segment-format.ts';
import { runs } from '../../../support/property-runs.ts';
import { testHost } from '../../../support/receiver-host.ts';
import { type RewrittenStore, rewrittenStore } from '../../../support/rewritten-store.ts';
import { SeededRandom } from '../../../support/seeded-random.ts';
import { answersOf, firstDifference } from '../../../support/stored-answers.ts';

const fileOf = (path: string, number: number) => segmentPath(partitionPath(path, number));

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at]! ^= 0x10;
  writeFileSync(file, bytes);
}

function place(file: string, type: number) {
  const segment = new SegmentFile(file);
  const found = segment.place(type);
  segment.close();
  return found;
}

/** Opens it as the writer does, and asks once everything has been looked at. */
async function look({ path, questions }: RewrittenStore) {
  const { counters, log, clock } = testHost();
  const writer = new PartitionWriter(
    { path, encoding: 'otlp', maxAgeMs: 0, maxBytes: 1e12 },
    { clock, counters, log },
  );
  const damages = new DamageLedger({ counters, log });
  const host = { dataPath: path, catalogue: writer.catalogue, counters, log, damages };
  await checkSegments({ ...host, progressed() {}, setAside() {} }, new AbortController().signal);
  await writer.close();
  const after = await answersOf(path, new CommitSignal(), questions);
  const aside = readdirSync(join(path, 'partitions')).filter((name) => name.includes('.corrupt-'));
  const said = log.lines.map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`);
  expect(said).toHaveLength(counters.value('partitions_damaged'));
  return { after, counters, said, aside };
}

describe('a directory that is damaged', () => {
  for (const [name, type] of Object.entries(SECTION))
    if (!/Buckets|statistics|periods|promoted|valueTable|names/.test(name))
      it(`in its ${name} is made anew, and the answers are the same`, async () => {
        const store = await rewrittenStore();
        const { offset, length } = place(fileOf(store.path, 1), type);
        if (length === 0) return;
        flip(fileOf(store.path, 1), offset + (length >> 1));
        const { after, said, aside, counters } = await look(store);
        const { cursors, ...answers } = after;
        const { cursors: cursorsBefore, ...before } = store.before;
        expect(firstDifference(before, answers)).toBe(undefined);
        if (type !== SECTION.written) expect(cursors).toEqual(cursorsBefore);
        expect(aside).toHaveLength(1);
        expect(said).toHaveLength(1);
        expect(said[0]).toContain('"partition":1');
        expect(counters.dropped('damaged')).toBe(0);
      });

  it('in its index of statistics loses them alone', async () => {
    const store = await rewrittenStore();
    flip(fileOf(store.path, 1), place(fileOf(store.path, 1), SECTION.periods).offset);
    const { after, said } = await look(store);
    expect(firstDifference({ ...store.before, statistics: 0 }, { ...after, statistics: 0 })).toBe(
      undefined,
    );
    expect(said[0]).toContain('"statistics":"lost"');
  });

  it('at its end loses statistics, and no span', async () => {
    for (const cut of [300]) {
      const store = await rewrittenStore();
      const file = fileOf(store.path, 2);
      const size = readFileSync(file).length;
      truncateSync(file, size - cut);
      const { after, said } = await look(store);
      const { traces, searches, names, logs } = after;
      expect(
        firstDifference(store.before, { ...store.before, traces, searches, names, logs }),
      ).toBe(undefined);
      expect(said).toHaveLength(1);
    }
  });
});

describe('a block that is damaged', () => {
  it('costs its own spans, is named, and no span of it is told', async () => {
    const store = await rewrittenStore({ commits: [420, 1], spans: 10, isSearched: false });
    const file = fileOf(store.path, 1);
    flip(file, 60_000);
    const { after, said } = await look(store);
    expect(new Set(after.damaged)).toHaveLength(1);
    expect(after.damaged[0]).toMatch(/^partition 1, block 0: /);
    const lost = store.before.logs[0]!.length - after.logs[0]!.length;
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThanOrEqual(4_200);
    const known = new Set(store.before.logs[0]);
    expect(after.logs[0]!.every((span) => known.has(span))).toBe(true);
    const damagedSpans = after.cursors.map((cursor) => JSON.parse(cursor)[2] as number);
    expect(damagedSpans.reduce((sum, spans) => sum + spans, 0)).toBe(lost);
    expect(said).toEqual([]);
  });
});

describe('a file that is', () => {
  it('gone is said, and counted', async () => {
    const store = await rewrittenStore();
    rmSync(fileOf(store.path, 1));
    const { after, counters, said } = await look(store);
    expect(after.logs[1]).toHaveLength(72);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('a partition is missing');
    expect(counters.dropped('damaged')).toBe(72);
    expect(new CatalogueReader(store.path, new CommitSignal()).partition(1)?.state).toBe('damaged');
  });

  it('another partition’s is kept aside, and not read', async () => {
    const store = await rewrittenStore({ commits: [3, 4] });
    const [one, two] = [fileOf(store.path, 1), fileOf(store.path, 2)];
    renameSync(one, `${one}.x`);
    renameSync(two, one);
    renameSync(`${one}.x`, two);
    const { after, aside, said } = await look(store);
    expect(after.logs[0]).toEqual([]);
    expect(aside).toHaveLength(2);
    expect(said.every((line) => line.includes('is not what was written there'))).toBe(true);
  });

  it('nothing but zeros is kept aside', async () => {
    const store = await rewrittenStore();
    const file = fileOf(store.path, 1);
    writeFileSync(file, Buffer.alloc(readFileSync(file).length));
    const { aside, said } = await look(store);
    expect(aside).toHaveLength(1);
    expect(said[0]).toContain('nothing of it could be read');
  });
});

it('a catalogue that is made again learns what segments hold', async () => {
  const store = await rewrittenStore();
  const before = new CatalogueReader(store.path, new CommitSignal()).partitions();
  rmSync(join(store.path, 'catalogue.json'));
  const { after } = await look(store);
  expect(firstDifference(store.before, after)).toBe(undefined);
  const now = new CatalogueReader(store.path, new CommitSignal()).partitions();
  for (const [i, { spans, blocks, bytes, arrivalMax, written }] of before.entries())
    expect(now[i]).toMatchObject({ spans, blocks, bytes, arrivalMax, written });
});

it('a repair that was interrupted between its renames is finished', async () => {
  const store = await rewrittenStore();
  const folder = partitionPath(store.path, 1);
  renameSync(folder, `${folder}.new`);
  const { after } = await look(store);
  expect(firstDifference(store.before, after)).toBe(undefined);
  expect(existsSync(`${folder}.new`)).toBe(false);
});

it('random damage is never told as truth', { timeout: 600_000 }, async () => {
  for (let seed = 0; seed < runs(3); seed++) {
    const random = new SeededRandom(seed);
    const store = await rewrittenStore({ spans: 20 });
    const file = fileOf(store.path, 1 + random.below(2));
    const bytes = readFileSync(file);
    const at = random.below(bytes.length);
    const kind = random.below(3);
    if (kind === 0) bytes[at]! ^= 1 << random.below(8);
    else if (kind === 1) bytes.fill(0, at & ~511, (at & ~511) + 512);
    writeFileSync(file, kind === 2 ? bytes.subarray(0, at) : bytes);
    const { after, said } = await look(store);
    for (const [i, records] of after.traces.entries())
      for (const record of records) expect(store.before.traces[i]).toContain(record);
    const known = new Set(store.before.logs[0]);
    for (const log of after.logs) expect(log.filter((span) => !known.has(span))).toEqual([]);
    const lost = store.before.logs[0]!.length - after.logs[0]!.length;
    if (lost > 0 || firstDifference(store.before.traces, after.traces) !== undefined)
      expect([...said, ...after.damaged]).not.toEqual([]);
  }
});
