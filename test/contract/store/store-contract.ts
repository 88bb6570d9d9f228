import { describe } from 'vitest';
import { describeLog } from './log-contract.ts';
import { describeRecords } from './record-contract.ts';
import { describeSearch } from './search-contract.ts';
import { describeStatistics } from './statistics-contract.ts';
import type { OpenStore } from './store-under-test.ts';

/** What every store does alike. `open` gives a new, empty store each time it is called. */
export function describeStoreContract(name: string, open: OpenStore): void {
  describe(`${name} as a store`, () => {
    describeRecords(open);
    describeSearch(open);
    describeLog(open);
    describeStatistics(open);
  });
}
