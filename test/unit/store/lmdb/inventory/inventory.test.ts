/** What a storage report says of a real store, held against the folder itself. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileCursorStore } from '../../../../../src/exporters/otlp/file-cursor-store.ts';
import type { StorageForm } from '../../../../../src/model/storage-inventory.ts';
import { inventoryAtRest } from '../../../../../src/store/lmdb/inventory/store-inventory.ts';
import { bytesBelow, dataFolder, openInventory, putFolder, RETENTION } from './opened-inventory.ts';

function sumOf({ contents }: StorageForm): number {
  return Object.values(contents).reduce((sum, bytes) => sum + bytes, 0);
}

describe('the inventory of a store in both forms', () => {
  it('adds up to the folder, and to its spans', async () => {
    const opened = await openInventory(dataFolder());
    for (let i = 0; i < 5; i++) await opened.write(400);
    await opened.store.compact();
    for (let i = 0; i < 3; i++) await opened.write(200);
    const taken = await opened.inventory.take();

    expect(taken.total).toMatchObject({ partitions: 2, spans: 2_600 });
    expect(taken.columns).toMatchObject({ partitions: 1, spans: 2_000 });
    expect(taken.blocks).toMatchObject({ partitions: 1, spans: 600 });
    expect(taken.bytes).toBe(bytesBelow(opened.path));
    for (const form of [taken.blocks, taken.columns]) {
      expect(sumOf(form)).toBe(form.bytes);
      expect(form.contents).toMatchObject({ unknown: 0 });
      // What has no name of its own: pages 0 and 1, the roots, LMDB's lock file; headers and the list of sections.
      expect(form.contents.other).toBeLessThan(40_000);
      expect(form.contents.other).toBeGreaterThan(0);
      for (const part of ['spans', 'directory', 'statistics'] as const)
        expect(form.contents[part], part).toBeGreaterThan(0);
      expect(form.bytesPerSpan).toBeCloseTo(form.bytes / form.spans, 1);
    }
    expect(taken.columns.contents.traces).toBeGreaterThan(0);
    expect(taken.columns.contents.values).toBeGreaterThan(0);
    expect(taken.columns.contents.free).toBe(0);
    expect(taken.rewriting).toMatchObject({ partitions: 1, spans: 2_000, failed: 0 });
    expect(taken.rewriting.waiting.partitions).toBe(0);
    expect(taken.oldestUnixNano! <= taken.newestUnixNano!).toBe(true);
    expect(taken).toMatchObject({ unchecked: 0, damaged: 0, leftovers: { entries: 0, bytes: 0 } });
  });

  it('tells free pages of LMDB apart from those that hold something', async () => {
    const opened = await openInventory(dataFolder());
    for (let i = 0; i < 60; i++) await opened.write(5);
    const { contents } = (await opened.inventory.take()).blocks;
    // Every commit copies its way through the trees and leaves the old pages.
    expect(contents.free).toBeGreaterThan(4_096);
    expect(contents.spans).toBeGreaterThanOrEqual(60 * 100);
    expect(contents.free).toBeLessThan(contents.spans + contents.directory);
  });

  it('names what goes next, and when', async () => {
    const opened = await openInventory(dataFolder());
    expect((await opened.inventory.take()).retention).toEqual(RETENTION);
    await opened.write(100);
    await opened.store.compact();
    const { retention, total, newestUnixNano } = await opened.inventory.take();
    expect(retention.next).toEqual({
      partition: 1,
      spans: 100,
      bytes: total.bytes,
      expiresUnixNano: newestUnixNano! + BigInt(RETENTION.maxAgeMs) * 1_000_000n,
      bytesUntil: RETENTION.maxBytes - total.bytes,
    });
  });

  it('counts what is set aside, left over, forwarded, and of others', async () => {
    const opened = await openInventory(dataFolder());
    const { path } = opened;
    await opened.write(100);
    await opened.store.compact();
    putFolder(path, '00000009', 5_000);
    putFolder(path, '00000008.new', 300);
    putFolder(path, '00000007.corrupt-2026-01-02T03-04-05.678Z', 7_000);
    writeFileSync(join(path, 'partitions/00000001/columns.new'), Buffer.alloc(11));
    writeFileSync(join(path, 'partitions/00000001/notes.txt'), Buffer.alloc(13));
    const cursors = new FileCursorStore({ path: join(path, 'forward/jaeger'), freeBytesMin: 0 });
    await cursors.save({ partition: 1, block: 2, ordinal: 0 });
    await cursors.add({
      request: new Uint8Array(64),
      spanCount: 2,
      code: 'x',
      reason: 'no',
      setAsideUnixNano: 1n,
    });
    mkdirSync(join(path, 'forward/new-one'));
    const taken = await opened.inventory.take();
    expect(taken.setAside).toEqual({ folders: 1, bytes: 7_000 });
    expect(taken.leftovers).toEqual({ entries: 3, bytes: 5_311 });
    expect(taken.forwarding).toMatchObject([
      { name: 'jaeger', cursor: { partition: 1, block: 2 }, deadLetters: { requests: 1 } },
      { name: 'new-one', bytes: 0, deadLetters: { requests: 0, bytes: 0 } },
    ]);
    expect(taken.otherBytes).toBeGreaterThan(13);
    expect(taken.bytes).toBe(bytesBelow(path));

    // A compaction removes what is left over, and nothing else.
    expect(await opened.store.compact()).toMatchObject({
      leftovers: { entries: 3, bytes: 5_311 },
    });
    expect((await opened.inventory.take()).leftovers.entries).toBe(0);
    expect(readdirSync(join(path, 'partitions')).sort()).toEqual([
      '00000001',
      '00000007.corrupt-2026-01-02T03-04-05.678Z',
    ]);
    expect(existsSync(join(path, 'partitions/00000001/notes.txt'))).toBe(true);
    expect(await opened.store.removeSetAside()).toEqual({ folders: 1, bytes: 7_000 });
    expect((await opened.inventory.take()).setAside.folders).toBe(0);
    expect((await opened.inventory.take()).total.spans).toBe(100);
  });

  it('says which segment cannot be read, and goes on', async () => {
    const opened = await openInventory(dataFolder());
    for (let i = 0; i < 2; i++) {
      await opened.write(100);
      await opened.store.compact();
    }
    truncateSync(join(opened.path, 'partitions/00000001/columns'), 1_000);
    const taken = await opened.inventory.take();
    expect(taken).toMatchObject({ damaged: 1, unchecked: 0 });
    expect(taken.columns).toMatchObject({ partitions: 2, spans: 100 });
    expect(taken.columns.contents.unknown).toBe(1_000);
    expect(taken.bytes).toBe(bytesBelow(opened.path));
  });
});

describe('the inventory of a directory that nobody has open', () => {
  it('opens columns, and of blocks says only what the catalogue says', async () => {
    const opened = await openInventory(dataFolder());
    await opened.write(300);
    await opened.store.compact();
    await opened.write(40);
    await opened.close();
    const taken = await inventoryAtRest(opened.path, RETENTION);
    expect(taken.total).toMatchObject({ partitions: 2, spans: 340 });
    expect(taken.unchecked).toBe(1);
    expect(taken.blocks.contents).toMatchObject({ spans: 0, unknown: taken.blocks.bytes });
    expect(taken.columns.contents.unknown).toBe(0);
    expect(taken.columns.contents.spans).toBeGreaterThan(0);
    expect(taken.rewriting.waiting).toMatchObject({ partitions: 1, spans: 40 });
    expect(taken.bytes).toBe(bytesBelow(opened.path));
  });

  it('never maps an LMDB file, whatever lies in it', async () => {
    const opened = await openInventory(dataFolder());
    await opened.write(300);
    await opened.close();
    const file = join(opened.path, 'partitions/00000001/data.mdb');
    const before = (await inventoryAtRest(opened.path, RETENTION)).bytes;
    copyFileSync(file, `${file}.whole`);
    // LMDB would end the process over this.
    truncateSync(file, 4_096);
    const taken = await inventoryAtRest(opened.path, RETENTION);
    expect(taken).toMatchObject({ unchecked: 1, damaged: 0, total: { spans: 300 } });
    expect(taken.bytes).toBe(before + 4_096);
  });

  it('of an empty directory is empty', async () => {
    const taken = await inventoryAtRest(dataFolder(), RETENTION);
    expect(taken).toMatchObject({ bytes: 0, total: { partitions: 0, spans: 0, bytes: 0 } });
    expect(taken.oldestUnixNano).toBeUndefined();
    expect(taken.total.bytesPerSpan).toBeUndefined();
  });
});
