/** Rows 13–15: what is on disk is not what was written. Never wrong data; what is missing is said. */
import { existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { damaged, flipBits, type Specimen, specimen } from '../faults/damage.ts';
import { caughtUp } from '../faults/read-back.ts';
import { eventually } from '../support/eventually.ts';
import { FaultScene, forwardingTo } from '../support/fault-scene.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { SpanLedger } from '../support/span-ledger.ts';
import { TraceLoad, uniqueRequest } from '../support/trace-load.ts';

const scene = new FaultScene();
let whole: Specimen;
let closedSpans: number;

const CLOSED = 'partitions/00000001';
const KILLED = 'partitions/00000002';

beforeAll(async () => {
  whole = await specimen(scene);
  const [json = ''] = readFileSync(join(whole.dataPath, 'catalogue.json'), 'utf8').split('\n');
  closedSpans = JSON.parse(json).partitions[0].spans;
});

afterAll(() => scene.close());

it('the specimen is whole, and has a partition of each kind, a cursor and a dead letter', async () => {
  const report = await damaged(scene, whole, () => {});
  expect(report).toMatchObject({ lost: 0, changed: 0, unknown: 0, hidden: 0, said: [], aside: [] });
  expect(report.acked).toBeGreaterThan(600);
  expect(whole.files.map((file) => file.replace(/[0-9a-f]{16}/g, '…')).sort()).toEqual([
    'catalogue.json',
    'forward/…/cursor',
    'forward/…/….letter',
    `${CLOSED}/data.mdb`,
    `${CLOSED}/traces`,
    `${KILLED}/data.mdb`,
  ]);
});

it('bits that flipped are noticed, wherever they are', async () => {
  for (let seed = 0; seed < 9; seed++) {
    const random = new SeededRandom(seed);
    const file = seed < 7 ? random.pick([CLOSED, KILLED].map(dataFile)) : random.pick(whole.files);
    const report = await damaged(scene, whole, (path) => flipBits(join(path, file), random));
    const where = `seed ${seed}, ${file}: ${report.said.join('; ')}`;
    expect(report, where).toMatchObject({ changed: 0, unknown: 0, hidden: 0, writes: true });
    if (report.lost > 0) expect(report.said, where).not.toEqual([]);
  }
});

function dataFile(partition: string): string {
  return join(partition, 'data.mdb');
}

const CONTENTS: Readonly<Record<string, [string, (bytes: Buffer) => Uint8Array][]>> = {
  [CLOSED]: [['zeros', (bytes) => Buffer.alloc(bytes.length)]],
  [KILLED]: [
    ['empty', () => Buffer.alloc(0)],
    ['garbage', (bytes) => bytes.map((byte, at) => byte ^ (at * 167 + 13))],
  ],
};

/** Of a closed partition the catalogue tells how much is lost; of the other its own bytes alone. */
describe.each([
  ['closed', CLOSED],
  ['not closed', KILLED],
])('a partition that was %s', (_name, partition) => {
  const file = dataFile(partition);

  it('is cut short: what is left of it is saved, the old file is kept', async () => {
    const size = readFileSync(join(whole.dataPath, file)).length;
    const harm = (path: string) => truncateSync(join(path, file), Math.floor(size * 0.75));
    const report = await damaged(scene, whole, harm);
    expect(report).toMatchObject({ changed: 0, unknown: 0, hidden: 0, duplicate: 0, writes: true });
    expect(report.lost).toBeLessThan(spansOf(partition));
    expect(report.said).not.toEqual([]);
    expect(report.aside).toHaveLength(1);
  });

  it.each(CONTENTS[partition]!)(
    'is %s: its spans are lost and no others',
    async (_how, content) => {
      const report = await damaged(scene, whole, (path) =>
        writeFileSync(join(path, file), content(readFileSync(join(path, file)))),
      );
      const lost = spansOf(partition);
      expect(report).toMatchObject({ lost, changed: 0, unknown: 0, hidden: 0, writes: true });
      expect(report.said).not.toEqual([]);
      expect(report.aside).toHaveLength(1);
    },
  );

  it('is missing: said, and the other one is served', async () => {
    const report = await damaged(scene, whole, (path) =>
      rmSync(join(path, partition), { recursive: true }),
    );
    const lost = spansOf(partition);
    expect(report).toMatchObject({ lost, changed: 0, unknown: 0, hidden: 0, writes: true });
    expect(report.said.join()).toMatch(/missing/);
  });
});

function spansOf(partition: string): number {
  return partition === CLOSED ? closedSpans : whole.ledger.size - closedSpans;
}

describe('nothing is lost', () => {
  it.each([
    ['the catalogue is missing', (path: string) => rmSync(join(path, 'catalogue.json'))],
    [
      'the catalogue is cut short',
      (path: string) => truncateSync(join(path, 'catalogue.json'), 99),
    ],
    ['the trace index is empty', (path: string) => writeFileSync(join(path, CLOSED, 'traces'), '')],
    [
      'the cursors are missing',
      (path: string) => rmSync(join(path, 'forward'), { recursive: true }),
    ],
    [
      'LMDB’s lock file is garbage',
      (path: string) => writeFileSync(join(path, KILLED, 'lock.mdb'), 'x'.repeat(8192)),
    ],
    [
      'a salvage was cut short',
      (path: string) => renameSync(join(path, KILLED), join(path, `${KILLED}.new`)),
    ],
  ])('where %s', async (_name, harm) => {
    const report = await damaged(scene, whole, harm);
    expect(report).toMatchObject({ lost: 0, changed: 0, unknown: 0, hidden: 0, writes: true });
    expect(existsSync(whole.dataPath)).toBe(true);
  });
});

it('all spans are gone and the cursors are not: what comes next is forwarded', async () => {
  const dataPath = join(scene.folder(), 'data');
  const upstream = await scene.grpcUpstream();
  const flags = forwardingTo(upstream);
  for (const requests of [10, 3]) {
    const running = await scene.start({ dataPath, flags });
    await caughtUp(running);
    const ledger = new SpanLedger();
    const load = new TraceLoad(running, ledger);
    for (let i = 0; i < requests; i++) expect(await load.send('grpc', uniqueRequest(3))).toBe('ok');
    await load.stop();
    const arrived = () => ledger.compare(upstream.accepted.map(({ body }) => body));
    await eventually(() => arrived().lost === 0, 'all are forwarded');
    await running.kill('SIGTERM');
    rmSync(join(dataPath, 'partitions'), { recursive: true });
    rmSync(join(dataPath, 'catalogue.json'));
  }
});
