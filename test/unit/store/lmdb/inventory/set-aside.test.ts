/** Folders of damaged partitions are kept, but not without end. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  boundSetAside,
  removeSetAside,
} from '../../../../../src/store/lmdb/inventory/set-aside.ts';
import { testHost } from '../../../../support/receiver-host.ts';
import { dataFolder, openInventory, putFolder } from './opened-inventory.ts';

const TIMES = ['01', '02', '03', '04', '05'].map((day) => `2026-01-${day}T03-04-05.678Z`);

/** The numbers run against the times: it is the time that counts. */
function folderOf(i: number): string {
  return `0000000${9 - i}.corrupt-${TIMES[i]}`;
}

function filled(sizes: readonly number[]): string {
  const path = dataFolder();
  for (const [i, bytes] of sizes.entries()) putFolder(path, folderOf(i), bytes);
  putFolder(path, '00000001', 1_000_000);
  return path;
}

function left(path: string): string[] {
  return readdirSync(join(path, 'partitions')).filter((name) => name.includes('.corrupt-'));
}

it('three at most: the oldest go, each logged and counted', () => {
  const path = filled([10, 20, 30, 40, 50]);
  const { counters, log } = testHost();
  boundSetAside({ dataPath: path, maxBytes: 1e9, counters, log });
  expect(left(path).sort()).toEqual([2, 3, 4].map(folderOf).sort());
  expect(counters.value('set_aside_removed')).toBe(2);
  expect(log.lines.map(({ level, fields }) => [level, fields])).toEqual([
    ['warn', { folder: folderOf(0), bytes: 10, foldersMax: 3, bytesMax: 250_000_000 }],
    ['warn', { folder: folderOf(1), bytes: 20, foldersMax: 3, bytesMax: 250_000_000 }],
  ]);
});

it('a quarter of the bytes that retention allows at most, be it none', () => {
  const { counters, log } = testHost();
  const path = filled([100, 100, 100]);
  boundSetAside({ dataPath: path, maxBytes: 1_000, counters, log });
  expect(left(path).sort()).toEqual([1, 2].map(folderOf).sort());
  const large = filled([1_001]);
  boundSetAside({ dataPath: large, maxBytes: 4_000, counters, log });
  expect(left(large)).toEqual([]);
  const fitting = filled([1_000]);
  boundSetAside({ dataPath: fitting, maxBytes: 4_000, counters, log });
  expect(left(fitting)).toEqual([folderOf(0)]);
});

it('on demand all of them', () => {
  const { counters, log } = testHost();
  const path = filled([100, 200]);
  expect(removeSetAside({ dataPath: path, maxBytes: 1e9, counters, log })).toEqual({
    folders: 2,
    bytes: 300,
  });
  expect(left(path)).toEqual([]);
  expect(readdirSync(join(path, 'partitions'))).toEqual(['00000001']);
});

it('a store keeps to the bound when it starts, and when it sets aside another', async () => {
  const path = filled([10, 10, 10, 10]);
  // Zeros are no partition: it is set aside as well, and makes five.
  const { host, store, close } = await openInventory(path);
  await store.recovered;
  await close();
  const [newest, ...others] = left(path).sort();
  expect(newest).toMatch(/^00000001\.corrupt-/);
  expect(others).toEqual([2, 3].map(folderOf).sort());
  expect(host.counters.value('set_aside_removed')).toBe(2);
});
