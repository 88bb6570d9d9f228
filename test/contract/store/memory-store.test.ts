import { MemoryStore } from '../../../src/store/memory/memory-store.ts';
import { Counters } from '../../../src/telemetry/counters.ts';
import { describeStoreContract } from './store-contract.ts';

describeStoreContract('MemoryStore', async () => {
  const store = new MemoryStore({ counters: new Counters() });
  return {
    writer: store,
    source: store,
    log: store,
    statistics: store.statistics,
    storage: () => store.storage(),
    close: async () => {},
  };
});
