/** Compactions of a real store: one at a time, joined by who comes second, told by the state that is left. */
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { OpenStoredData } from '../../../src/runtime/stored-data.ts';
import { eventually } from '../../support/eventually.ts';
import { dataFolder, openInventory, putFolder } from '../store/lmdb/inventory/opened-inventory.ts';

async function opened() {
  const scene = await openInventory(dataFolder());
  const take = () => scene.inventory.take();
  return { ...scene, data: new OpenStoredData(scene.store, take, scene.host) };
}

it('rewrites what is closed, says what it came to, and who asks meanwhile joins it', async () => {
  const { path, data, write } = await opened();
  for (let i = 0; i < 20; i++) await write(50);
  const before = await data.inventory();
  putFolder(path, '00000007.corrupt-2026-01-02T03-04-05.678Z', 700);
  expect(data.compaction).toEqual({ run: 0, status: 'none' });
  const first = data.compact({ removeSetAside: false });
  expect(first).toMatchObject({ run: 1, status: 'running' });
  expect(data.compact({ removeSetAside: true })).toBe(first);
  await eventually(() => data.compaction.status !== 'running', 'it is done');
  expect(data.compaction).toMatchObject({
    run: 1,
    status: 'done',
    report: { partitions: 1, spans: 1_000, spansHeld: 1_000, failed: 0 },
    setAsideRemoved: { folders: 1, bytes: 700 },
  });
  const { bytesBefore, bytesAfter } = data.compaction.report!;
  expect(bytesAfter).toBeLessThan(bytesBefore);
  const after = await data.inventory();
  expect(after.columns).toMatchObject({ partitions: 1, spans: 1_000, bytes: bytesAfter });
  expect(after.bytes).toBeLessThan(before.bytes);

  // The next has nothing to do, and does not remove what it was not told to.
  putFolder(path, '00000007.corrupt-2026-01-02T03-04-05.678Z', 700);
  expect(data.compact({ removeSetAside: false }).run).toBe(2);
  await eventually(() => data.compaction.status !== 'running', 'it is done');
  expect(data.compaction).toMatchObject({ status: 'done', report: { partitions: 0, spans: 0 } });
  expect(data.compaction.setAsideRemoved).toBeUndefined();
});

it('does not wait for what is closed after it began', async () => {
  const { data, write, store } = await opened();
  await write(2_000);
  data.compact({ removeSetAside: false });
  let writes = 0;
  while (data.compaction.status === 'running' && writes < 500) {
    await write(20);
    writes++;
    await wait(1);
  }
  expect(data.compaction).toMatchObject({ status: 'done', report: { spans: 2_000 } });
  await store.writeStatistics();
  expect((await data.inventory()).total.spans).toBe(2_000 + 20 * writes);
});

it('of a store that is gone, it fails and says why', async () => {
  const { data, close } = await opened();
  await close();
  data.compact({ removeSetAside: true });
  await eventually(() => data.compaction.status !== 'running', 'it is over');
  expect(data.compaction).toMatchObject({
    status: 'failed',
    detail: 'the store is shutting down',
  });
});

it('one inventory is taken for all who ask at once', async () => {
  const { data } = await opened();
  const [one, other] = [data.inventory(), data.inventory()];
  expect(one).toBe(other);
  await one;
  expect(data.inventory()).not.toBe(one);
});
