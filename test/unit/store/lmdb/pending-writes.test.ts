/** A program that has nothing left to do but to wait for the store does wait. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const run = promisify(execFile);

function moduleOf(path: string): string {
  return JSON.stringify(new URL(`../../../../${path}`, import.meta.url).href);
}

it('a pending write keeps the process, an idle store does not', async () => {
  const path = mkdtempSync(join(tmpdir(), 'synton-pending-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const script = `
    import { LmdbStore } from ${moduleOf('src/store/lmdb/lmdb-store.ts')};
    import { systemClock } from ${moduleOf('src/model/clock.ts')};
    import { Counters } from ${moduleOf('src/telemetry/counters.ts')};
    import { silentLogger } from ${moduleOf('src/telemetry/logger.ts')};
    import { scannedBatch } from ${moduleOf('test/support/scanned-batch.ts')};
    import { buildRequest } from ${moduleOf('test/support/otlp-request.ts')};
    const settings = { encoding: 'otlp', maxAgeMs: 0, maxBytes: 2 ** 30, counterThread: 1 };
    const store = new LmdbStore({ path: ${JSON.stringify(path)}, ...settings });
    await store.start({ clock: systemClock, counters: new Counters(), log: silentLogger });
    const batch = scannedBatch(buildRequest({ spans: [{}] }), { arrivalFirst: 1 });
    for (let write = 0; write < 3; write++) console.log((await store.write(batch)).status);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
  expect(stdout.split('\n')).toEqual(['durable', 'durable', 'durable', '']);
});
