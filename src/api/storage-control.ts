import type { CompactionState, StorageInventory } from '../model/storage-inventory.ts';

/** What the API can tell of what lies on disk, and do about it. */
export interface StorageControl {
  /** Of several that ask at once, one is taken. */
  inventory(): Promise<StorageInventory>;
  readonly compaction: CompactionState;
  /** Starts a compaction, or joins the one that runs. */
  compact(also: { readonly removeSetAside: boolean }): CompactionState;
}

/** The answer of /api/v1/storage. */
export interface StorageAnswer extends StorageInventory {
  /** Of the service: who asks by address finds out whether it is the one that holds a directory. */
  readonly pid: number;
  readonly version: string;
  readonly compaction: CompactionState;
}
