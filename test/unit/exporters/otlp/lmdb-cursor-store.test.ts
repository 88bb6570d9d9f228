import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DeadLetter } from '../../../../src/exporters/otlp/cursor-store.ts';
import { LmdbCursorStore } from '../../../../src/exporters/otlp/lmdb-cursor-store.ts';

let folder: string;
let path: string;
let store: LmdbCursorStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synton-cursor-'));
  path = join(folder, 'forward', 'jaeger');
  store = await LmdbCursorStore.open({ path, deadLetterBytesMax: 10_000 });
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

async function reopen(settings = {}): Promise<void> {
  await store.close();
  store = await LmdbCursorStore.open({ path, deadLetterBytesMax: 10_000, ...settings });
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

it('has no cursor to begin with, and then the last one saved, over a restart', async () => {
  expect(await store.load()).toBeUndefined();
  await store.save({ partition: 1, block: 2, ordinal: 3 });
  await store.save({ partition: 2 ** 40, block: 2 ** 33, ordinal: 511 });
  await reopen();
  expect(await store.load()).toEqual({ partition: 2 ** 40, block: 2 ** 33, ordinal: 511 });
});

it('keeps dead letters as they were, oldest first, over a restart', async () => {
  const letters = [letter(1), letter(2), letter(3)];
  for (const one of letters) expect(await store.add(one)).toBe(0);
  await reopen();
  expect(await store.list(10)).toEqual(letters);
  expect(await store.list(1)).toEqual([letters[0]]);
  expect(store.kept.letters).toBe(3);
});

it('drops the oldest beyond its bound and says how many spans went', async () => {
  for (let number = 1; number <= 4; number++) expect(await store.add(letter(number))).toBe(0);
  expect(await store.add(letter(5, 4000))).toBe(1 + 2);
  await reopen();
  expect((await store.list(10)).map(({ spanCount }) => spanCount)).toEqual([3, 4, 5]);
  expect(store.kept.bytes).toBeLessThanOrEqual(10_000);
  expect(await store.add(letter(6, 4000))).toBe(3 + 4);
});

it('does not take a letter larger than its bound', async () => {
  await store.add(letter(1));
  expect(await store.add(letter(7, 20_000))).toBe(7);
  expect((await store.list(10)).map(({ spanCount }) => spanCount)).toEqual([1]);
});

it('writes nothing while the disk is nearly full', async () => {
  await store.save({ partition: 1, block: 1, ordinal: 1 });
  await reopen({ freeBytesMin: Number.MAX_SAFE_INTEGER });
  await store.save({ partition: 9, block: 9, ordinal: 9 });
  expect(await store.add(letter(4))).toBe(4);
  await reopen();
  expect(await store.load()).toEqual({ partition: 1, block: 1, ordinal: 1 });
  expect(await store.list(10)).toEqual([]);
});

it('makes a folder that others cannot look into', async () => {
  expect((await stat(path)).mode & 0o777).toBe(0o700);
});

it('does not serve a letter whose bytes were damaged on disk', async () => {
  await store.add(letter(1));
  await store.add({ ...letter(2), request: new Uint8Array(2000).fill(0xab) });
  await store.close();
  const file = join(path, 'data.mdb');
  const bytes = await readFile(file);
  const at = bytes.indexOf(Buffer.alloc(500, 0xab));
  expect(at).toBeGreaterThan(0);
  bytes[at + 100] = 0;
  await writeFile(file, bytes);
  store = await LmdbCursorStore.open({ path });
  expect((await store.list(10)).map(({ spanCount }) => spanCount)).toEqual([1]);
});
