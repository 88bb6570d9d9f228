/**
 * The inventory as a reading thread of the service takes it, and as it is taken of a directory that nobody has open. The latter maps no
 * LMDB, as nobody vouches for it: of partitions in blocks it knows what the catalogue says, and how large they are.
 */
import type { StorageInventory } from '../../../model/storage-inventory.ts';
import type { Counters } from '../../../telemetry/counters.ts';
import { CatalogueReader } from '../catalogue.ts';
import type { SoundPartitions } from '../sound-partitions.ts';
import { KnownContents } from './storage-contents.ts';
import { type InventoryHost, type TakenInventory, takeInventory } from './take-inventory.ts';

export type RetentionSettings = InventoryHost['retention'];

export interface StoreInventorySettings {
  readonly dataPath: string;
  readonly partitions: SoundPartitions;
  readonly retention: RetentionSettings;
  readonly counters: Counters;
}

export class StoreInventory {
  readonly #settings: StoreInventorySettings;
  readonly #catalogue: CatalogueReader;
  readonly #contents: KnownContents;

  constructor(settings: StoreInventorySettings) {
    this.#settings = settings;
    this.#catalogue = new CatalogueReader(settings.dataPath);
    this.#contents = new KnownContents(settings.dataPath);
  }

  /** @throws on an I/O fault */
  async take(): Promise<StorageInventory> {
    const { dataPath, partitions, retention, counters } = this.#settings;
    const taken = await takeInventory({
      dataPath,
      retention,
      contents: this.#contents,
      records: () => this.#catalogue.partitions(),
      isSound: (record) => this.#catalogue.isSound(record),
      openTotals: async ({ number }) => (await partitions.open(number))?.totals(),
    });
    return completed(taken, {
      partitions: counters.value('partitions_rewritten'),
      spans: counters.value('spans_rewritten'),
      failed: counters.value('rewrites_failed'),
      workedMs: counters.value('rewrite_milliseconds'),
    });
  }
}

/** @throws on an I/O fault */
export async function inventoryAtRest(
  dataPath: string,
  retention: RetentionSettings,
): Promise<StorageInventory> {
  const catalogue = new CatalogueReader(dataPath);
  const taken = await takeInventory({
    dataPath,
    retention,
    contents: new KnownContents(dataPath),
    records: () => catalogue.partitions(),
    isSound: ({ form }) => form === 'columns',
    openTotals: async (record) => record,
  });
  return completed(taken, { partitions: 0, spans: 0, failed: 0, workedMs: 0 });
}

function completed(
  { waiting, ...taken }: TakenInventory,
  work: { partitions: number; spans: number; failed: number; workedMs: number },
): StorageInventory {
  const { spans, workedMs } = work;
  return {
    ...taken,
    takenUnixNano: BigInt(Date.now()) * 1_000_000n,
    rewriting: {
      waiting,
      ...work,
      ...(spans > 0 && { workedUsPerSpan: Math.round((workedMs / spans) * 1e6) / 1e3 }),
    },
  };
}
