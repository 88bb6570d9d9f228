/**
 * What lies on disk, for whoever asks: its inventory, and compactions. One inventory is taken at a time and one compaction runs at a
 * time; who asks meanwhile gets that one.
 */
import type { Clock } from '../model/clock.ts';
import type {
  CompactionReport,
  CompactionState,
  StorageInventory,
} from '../model/storage-inventory.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { StoredData } from './trace-runtime-contract.ts';

/** The store, of what is needed here. */
interface CompactedStore {
  compact(): Promise<CompactionReport | { readonly failure: string }>;
  removeSetAside(): Promise<{ readonly folders: number; readonly bytes: number }>;
}

export class OpenStoredData implements StoredData {
  readonly #store: CompactedStore;
  readonly #take: () => Promise<StorageInventory>;
  readonly #clock: Clock;
  readonly #log: Logger;
  #taking: Promise<StorageInventory> | undefined;
  #state: CompactionState = { run: 0, status: 'none' };
  #removesSetAside = false;

  constructor(
    store: CompactedStore,
    take: () => Promise<StorageInventory>,
    { clock, log }: { readonly clock: Clock; readonly log: Logger },
  ) {
    this.#store = store;
    this.#take = take;
    this.#clock = clock;
    this.#log = log;
  }

  inventory(): Promise<StorageInventory> {
    this.#taking ??= this.#take().finally(() => {
      this.#taking = undefined;
    });
    return this.#taking;
  }

  get compaction(): CompactionState {
    return this.#state;
  }

  compact({ removeSetAside }: { readonly removeSetAside: boolean }): CompactionState {
    this.#removesSetAside ||= removeSetAside;
    if (this.#state.status !== 'running') {
      const run = this.#state.run + 1;
      const startedUnixNano = this.#clock.unixNano();
      this.#state = { run, status: 'running', startedUnixNano };
      void this.#run(run, startedUnixNano);
    }
    return this.#state;
  }

  async #run(run: number, startedUnixNano: bigint): Promise<void> {
    const ended = async (): Promise<Omit<CompactionState, 'run'>> => {
      const outcome = await this.#store.compact();
      if ('failure' in outcome) return { status: 'failed', detail: outcome.failure };
      if (!this.#removesSetAside) return { status: 'done', report: outcome };
      const setAsideRemoved = await this.#store.removeSetAside();
      return { status: 'done', report: outcome, setAsideRemoved };
    };
    const end = await ended();
    this.#removesSetAside = false;
    this.#state = { run, startedUnixNano, finishedUnixNano: this.#clock.unixNano(), ...end };
    this.#log.info({ run, ...end }, `a compaction is ${end.status}`);
  }
}
