/** Tests of the page as it is served, in a real browser: `npm run test:browser`. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/browser/support/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What is asked for is answered by a service on the same machine.
    expect: { poll: { timeout: 20_000 } },
    pool: 'forks',
    // The browser and the service work beside each of them.
    maxWorkers: 1,
  },
});
