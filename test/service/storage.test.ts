/** A service that is asked what lies on its disk, and told to compact it while it receives. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { CompactionState, StorageInventory } from '../../src/model/storage-inventory.ts';
import { readBack } from '../faults/read-back.ts';
import { eventually } from '../support/eventually.ts';
import { BIN, FaultScene, type RunningProcess } from '../support/fault-scene.ts';
import { SpanLedger } from '../support/span-ledger.ts';
import { TraceLoad, uniqueRequest } from '../support/trace-load.ts';

const scene = new FaultScene();
afterAll(() => scene.close());

interface Told extends StorageInventory {
  readonly pid: number;
  readonly compaction: CompactionState;
}

function storageOf(running: RunningProcess): Promise<Told> {
  return running.json<Told>('/api/v1/storage');
}

async function synton(
  ...args: string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: scene.folder() });
  const written = { out: '', err: '' };
  child.stdout.on('data', (piece) => (written.out += piece));
  child.stderr.on('data', (piece) => (written.err += piece));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, ...written };
}

it('is compacted under load, told so, and everything that was answered for is kept', async () => {
  const dataPath = join(scene.folder(), 'data');
  const running = await scene.start({ dataPath });
  const ledger = new SpanLedger();
  const load = new TraceLoad(running, ledger);
  for (let i = 0; i < 20; i++) expect(await load.send('http', uniqueRequest(500))).toBe('ok');
  const before = await storageOf(running);
  expect(before).toMatchObject({
    pid: running.process.child.pid,
    total: { partitions: 1, spans: 10_000 },
    blocks: { partitions: 1, contents: { unknown: 0 } },
    compaction: { run: 0, status: 'none' },
  });

  load.start();
  const asked = () => fetch(`${running.apiUrl}/api/v1/storage/compact`, { method: 'POST' });
  const [first, second] = await Promise.all([asked(), asked()]);
  expect([first.status, second.status]).toEqual([202, 202]);
  const run = ((await first.json()) as CompactionState).run;
  expect(((await second.json()) as CompactionState).run).toBe(run);
  await eventually(
    async () => (await storageOf(running)).compaction.status === 'done',
    'it is done',
  );
  const { report } = (await storageOf(running)).compaction;
  expect(report).toMatchObject({ partitions: 1, failed: 0 });
  expect(report!.spans).toBeGreaterThanOrEqual(10_000);
  expect(report!.bytesAfter).toBeLessThan(report!.bytesBefore);
  await load.stop();

  // The command asks the service, by the address that the configuration says, and waits.
  const api = `--api.endpoint=${running.apiUrl.replace('http://', '')}`;
  const flags = [api, `--instrument.persistence.path=${dataPath}`];
  const compacted = await synton('compact', ...flags);
  expect(compacted).toMatchObject({ code: 0 });
  expect(compacted.out).toMatch(/^1 partition with [\d,]+ spans rewritten in /);
  expect(compacted.err).toContain('compacting at http://127.0.0.1:');
  const told = await synton('stats', '--storage', ...flags);
  expect(told.out).toContain(`pid ${running.process.child.pid})`);
  expect(told.out).toMatch(/^ {2}compaction +run 2 done$/m);
  expect(await running.metric('synton_rewrites_failed_total')).toBe(0);

  await running.kill('SIGTERM');
  expect(ledger.compare(await readBack(scene, dataPath))).toMatchObject({
    lost: 0,
    changed: 0,
    unknown: 0,
  });
});

it('a store that a killed service left is compacted without one', async () => {
  const dataPath = join(scene.folder(), 'data');
  const running = await scene.start({ dataPath });
  const ledger = new SpanLedger();
  const load = new TraceLoad(running, ledger);
  for (let i = 0; i < 5; i++) expect(await load.send('http', uniqueRequest(500))).toBe('ok');
  await load.stop();
  await running.kill('SIGKILL');
  const flags = [`--instrument.persistence.path=${dataPath}`, '--api.endpoint=127.0.0.1:0'];

  // What the killed one had open is in the catalogue without its spans.
  const left = JSON.parse((await synton('stats', '--storage', '--json', ...flags)).out);
  expect(left).toMatchObject({ unchecked: 1, total: { partitions: 1, spans: 0 } });
  const { code, out } = await synton('compact', ...flags);
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('2,500 spans') });
  const after = JSON.parse((await synton('stats', '--storage', '--json', ...flags)).out);
  expect(after).toMatchObject({ unchecked: 0, columns: { partitions: 1, spans: 2_500 } });
  expect(ledger.compare(await readBack(scene, dataPath))).toMatchObject({ lost: 0, changed: 0 });
});
