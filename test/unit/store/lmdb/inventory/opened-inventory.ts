/** A real store in a folder of its own, its inventory, and what the folder really takes. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { StoreInventory } from '../../../../../src/store/lmdb/inventory/store-inventory.ts';
import { LmdbStore } from '../../../../../src/store/lmdb/lmdb-store.ts';
import { SoundPartitions } from '../../../../../src/store/lmdb/sound-partitions.ts';
import { realisticRequest } from '../../../../support/otlp-request.ts';
import { type TestHost, testHost } from '../../../../support/receiver-host.ts';
import { scannedBatch } from '../../../../support/scanned-batch.ts';

export const RETENTION = { maxAgeMs: 3_600_000, maxBytes: 1_000_000_000 };

export interface OpenedInventory {
  readonly path: string;
  readonly store: LmdbStore;
  readonly inventory: StoreInventory;
  readonly host: TestHost;
  /** Writes spans that were not written before. */
  write(spans: number): Promise<void>;
  close(): Promise<void>;
}

let seed = 1;
let arrivalFirst = 1;

export function dataFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'synton-inventory-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export async function openInventory(
  path: string,
  maxBytes: number = RETENTION.maxBytes,
): Promise<OpenedInventory> {
  const retention = { ...RETENTION, maxBytes };
  const host = testHost();
  // What is closed is left as it is until it is told otherwise.
  const rewriteDelayMs = 3_600_000;
  const store = new LmdbStore({
    path,
    encoding: 'otlp',
    ...retention,
    counterThread: 1,
    rewriteDelayMs,
  });
  await store.start(host);
  const partitions = new SoundPartitions(path, store.commitSignal);
  const inventory = new StoreInventory({
    dataPath: path,
    partitions,
    retention,
    counters: host.counters,
  });
  const close = async () => {
    await store.shutdown(AbortSignal.timeout(10_000));
    partitions.close();
  };
  onTestFinished(close);
  return {
    path,
    store,
    inventory,
    host,
    async write(spans) {
      const batch = scannedBatch(realisticRequest({ spans, seed: seed++ }), { arrivalFirst });
      arrivalFirst += spans;
      await store.write(batch);
    },
    close,
  };
}

/** Of all files below. */
export function bytesBelow(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** A folder in `partitions` with one file. */
export function putFolder(dataPath: string, name: string, bytes: number): void {
  const path = join(dataPath, 'partitions', name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'data.mdb'), Buffer.alloc(bytes));
}
