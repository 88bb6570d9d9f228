import { afterEach } from 'vitest';
import type { OpenStore, StoreUnderTest } from './store-under-test.ts';

/** Opens stores that are closed after the test that opened them. Call it within a `describe`. */
export function openedStores(open: OpenStore): {
  open(): Promise<StoreUnderTest>;
  reopen(store: StoreUnderTest): Promise<StoreUnderTest>;
} {
  const opened = new Set<StoreUnderTest>();
  afterEach(async () => {
    for (const store of opened) await store.close();
    opened.clear();
  });
  const track = (store: StoreUnderTest): StoreUnderTest => {
    opened.add(store);
    return store;
  };
  return {
    open: async () => track(await open()),
    async reopen(store) {
      if (!store.reopen) throw new Error('this store does not reopen');
      opened.delete(store);
      return track(await store.reopen());
    },
  };
}
