import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DeadLetter } from '../../../../src/exporters/otlp/cursor-store.ts';
import { FileCursorStore } from '../../../../src/exporters/otlp/file-cursor-store.ts';

let folder: string;
let path: string;
let store: FileCursorStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synton-cursor-'));
  path = join(folder, 'forward', 'jaeger');
  reopen();
});

afterEach(() => rm(folder, { recursive: true }));

function reopen(settings = {}): void {
  store = new FileCursorStore({ path, deadLetterBytesMax: 10_000, ...settings });
}

function letter(number: number, bytes = 2000): DeadLetter {
  return {
    request: new Uint8Array(bytes).fill(number),
    spanCount: number,
    code: 'INVALID_ARGUMENT',
    reason: `letter ${number}`,
    setAsideUnixNano: 1_700_000_000_000_000_000n + BigInt(number),
  };
}

async function spanCounts(): Promise<number[]> {
  return (await store.list(10)).map(({ spanCount }) => spanCount);
}

it('has no cursor to begin with, and then the last one saved, over a restart', async () => {
  expect(await store.load()).toBeUndefined();
  await store.save({ partition: 1, block: 2, ordinal: 3 });
  await store.save({ partition: 2 ** 40, block: 2 ** 33, ordinal: 511 });
  reopen();
  expect(await store.load()).toEqual({ partition: 2 ** 40, block: 2 ** 33, ordinal: 511 });
});

it('does not believe a cursor that was damaged on disk, whichever bit it was', async () => {
  await store.save({ partition: 7, block: 1234, ordinal: 56 });
  const file = join(path, 'cursor');
  const whole = await readFile(file);
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const damaged = Buffer.from(whole);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    await writeFile(file, damaged);
    const loaded = await store.load();
    // What is behind the checksum may change without harm.
    if (loaded !== undefined) expect(loaded).toEqual({ partition: 7, block: 1234, ordinal: 56 });
    if (bit < 8 * (whole.length - 1)) expect(loaded).toBeUndefined();
  }
  for (const length of [0, 1, whole.length >> 1]) {
    await truncate(file, length);
    expect(await store.load()).toBeUndefined();
  }
});

it('keeps dead letters as they were, oldest first, over a restart', async () => {
  const letters = [letter(1), letter(2), letter(3)];
  for (const one of letters) expect(await store.add(one)).toBe(0);
  reopen();
  expect(await store.list(10)).toEqual(letters);
  expect(await store.list(1)).toEqual([letters[0]]);
  expect(store.kept.letters).toBe(3);
});

it('drops the oldest beyond its bound and says how many spans went', async () => {
  for (let number = 1; number <= 4; number++) expect(await store.add(letter(number))).toBe(0);
  expect(await store.add(letter(5, 4000))).toBe(1 + 2);
  reopen();
  expect(await spanCounts()).toEqual([3, 4, 5]);
  expect(store.kept.bytes).toBeLessThanOrEqual(10_000);
  expect(await store.add(letter(6, 4000))).toBe(3 + 4);
  reopen({ deadLetterBytesMax: 5_000 });
  expect(await spanCounts()).toEqual([6]);
});

it('does not take a letter larger than its bound', async () => {
  await store.add(letter(1));
  expect(await store.add(letter(7, 20_000))).toBe(7);
  expect(await spanCounts()).toEqual([1]);
});

it('writes nothing while the disk is nearly full', async () => {
  await store.save({ partition: 1, block: 1, ordinal: 1 });
  reopen({ freeBytesMin: Number.MAX_SAFE_INTEGER });
  await store.save({ partition: 9, block: 9, ordinal: 9 });
  expect(await store.add(letter(4))).toBe(4);
  reopen();
  expect(await store.load()).toEqual({ partition: 1, block: 1, ordinal: 1 });
  expect(await store.list(10)).toEqual([]);
});

it('makes files that others cannot look into', async () => {
  await store.save({ partition: 1, block: 2, ordinal: 3 });
  await store.add(letter(1));
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  const names = await readdir(path);
  expect(names).toHaveLength(2);
  for (const name of names) expect((await stat(join(path, name))).mode & 0o777).toBe(0o600);
});

it('does not serve a letter whose bytes were damaged on disk, and lets it go in its turn', async () => {
  await store.add(letter(1));
  await store.add(letter(2));
  await store.add(letter(3));
  const [first, second] = (await readdir(path)).sort();
  const bytes = await readFile(join(path, first!));
  bytes[1000]! ^= 1;
  await writeFile(join(path, first!), bytes);
  await truncate(join(path, second!), 3);
  reopen();
  expect(await spanCounts()).toEqual([3]);
  expect(await store.add(letter(4, 7000))).toBe(0);
  expect(await store.add(letter(5, 7000))).toBe(3 + 4);
  expect(await spanCounts()).toEqual([5]);
});

it('sweeps up what an interrupted write left', async () => {
  await store.add(letter(1));
  await writeFile(join(path, 'cursor.new'), 'half');
  await writeFile(join(path, '0000000000000002.letter.new'), 'half');
  reopen();
  expect(await readdir(path)).toEqual(['0000000000000001.letter']);
});
