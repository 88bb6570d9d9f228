/**
 * The embedded store under the shared suite, its writer on its own thread: in both block formats, and with every write
 * rewritten into columns before it is looked at.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/model/clock.ts';
import type { SpanBatch } from '../../../src/otlp/span-batch.ts';
import type { WriteResult } from '../../../src/store/contracts/trace-writer.ts';
import { LmdbLog } from '../../../src/store/lmdb/lmdb-log.ts';
import { LmdbSource } from '../../../src/store/lmdb/lmdb-source.ts';
import { LmdbStore } from '../../../src/store/lmdb/lmdb-store.ts';
import { SoundPartitions } from '../../../src/store/lmdb/sound-partitions.ts';
import { Counters } from '../../../src/telemetry/counters.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { describeStoreContract } from './store-contract.ts';
import type { StoreUnderTest } from './store-under-test.ts';

for (const encoding of ['otlp', 'json'] as const) {
  describeStoreContract(`LmdbStore, ${encoding} blocks`, async () => {
    return openLmdb(mkdtempSync(join(tmpdir(), 'synton-store-')), encoding, false);
  });
}

describeStoreContract('LmdbStore, rewritten into columns', async () => {
  return openLmdb(mkdtempSync(join(tmpdir(), 'synton-store-')), 'otlp', true);
});

async function openLmdb(
  path: string,
  encoding: 'otlp' | 'json',
  isRewritten: boolean,
): Promise<StoreUnderTest> {
  const store = new LmdbStore({
    path,
    encoding,
    maxAgeMs: 0,
    maxBytes: 1024 ** 3,
    counterThread: 1,
  });
  await store.start({
    clock: systemClock,
    counters: new Counters(),
    log: silentLogger,
  });
  const partitions = new SoundPartitions(path, store.commitSignal);
  const source = new LmdbSource(partitions);
  const stop = async () => {
    await store.shutdown(AbortSignal.timeout(10_000));
    partitions.close();
  };
  return {
    writer: isRewritten ? { write: (batch) => writeAndRewrite(store, batch) } : store,
    source,
    log: new LmdbLog(partitions, store.commitSignal),
    statistics: {
      async *minutes(from, to, unitMax) {
        await store.writeStatistics();
        yield* source.minutes(from, to, unitMax);
      },
    },
    storage: () => source.storage(),
    async close() {
      await stop();
      rmSync(path, { recursive: true, force: true });
    },
    async reopen() {
      await stop();
      return openLmdb(path, encoding, isRewritten);
    },
  };
}

async function writeAndRewrite(store: LmdbStore, batch: SpanBatch): Promise<WriteResult> {
  const result = await store.write(batch);
  await store.compact();
  return result;
}
