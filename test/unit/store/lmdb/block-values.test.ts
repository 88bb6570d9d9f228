/** Blocks that a search looked into in vain are known by their values when it is asked again. */
import { expect, test } from 'vitest';
import type { SpanFilter } from '../../../../src/store/contracts/trace-query.ts';
import { LmdbSource } from '../../../../src/store/lmdb/lmdb-source.ts';
import { SoundPartitions } from '../../../../src/store/lmdb/sound-partitions.ts';
import { eventually } from '../../../support/eventually.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { folder, openStore } from '../../../support/rewritten-store.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

const NEVER_ABORTED = new AbortController().signal;
const PAGE = { before: Number.MAX_SAFE_INTEGER, limit: 20 };
const BLOCKS = 12;

test('a second search for a value opens the blocks that may hold it alone', async () => {
  const path = folder();
  const { store } = await openStore(path, { rewriteDelayMs: 1e9 });
  for (let block = 0; block < BLOCKS; block++) {
    const attributes = { user: `u-${block}-`, 'http.response.status_code': 200 + block };
    const request = buildRequest({ seed: block + 1, service: 'shop', spans: [{ attributes }] });
    await store.write(scannedBatch(request, { arrivalFirst: block + 1 }));
  }
  const partitions = new SoundPartitions(path, store.commitSignal);
  const source = new LmdbSource(partitions);
  const ask = async (key: string, value: string) => {
    const filter: SpanFilter = { attributes: [{ key, value }] };
    const { matches, examined } = await source.find(filter, PAGE, NEVER_ABORTED);
    return { matches: matches.length, blocksRead: examined.blocksRead };
  };
  expect(await ask('user', 'u-3-')).toEqual({ matches: 1, blocksRead: BLOCKS });
  // Filters are made block by block in idle slices: the last of them is there once only the match is read.
  const isKnown = async () => (await ask('user', 'u-3-')).blocksRead === 1;
  await eventually(isKnown, 'filters over the values');
  expect((await ask('user', 'u-3-')).matches).toBe(1);
  // A number may stand in many ways, which the filter knows.
  expect((await ask('http.response.status_code', '205')).matches).toBe(1);
  expect((await ask('http.response.status_code', '205')).blocksRead).toBeLessThan(4);
  partitions.close();
  await store.shutdown(AbortSignal.timeout(10_000));
});
