import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Threads and processes of tests run from source: what Node made of it, types stripped, is kept from run to run. Halves the suite's CPU.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/compiled');

export default defineConfig({
  test: {
    include: ['test/{unit,contract,property,interop,service,house}/**/*.test.ts'],
    // Of whole processes on a machine that others use too.
    testTimeout: 90_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // Threads of the store run from source here, and Node strips their types by WebAssembly: V8 may free its code under one
    // thread while another one uses it, and the process dies. Built JavaScript needs none.
    execArgv: ['--no-wasm-code-gc'],
  },
});
