/** Rows 16–18: who owns a data directory, and what a lock that was left behind is worth. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readBack } from '../faults/read-back.ts';
import { eventually } from '../support/eventually.ts';
import { FaultScene } from '../support/fault-scene.ts';
import { SpanLedger } from '../support/span-ledger.ts';
import { TraceLoad, uniqueRequest } from '../support/trace-load.ts';

const scene = new FaultScene();
afterAll(() => scene.close());

it('a second service on the directory of another refuses, and names its pid', async () => {
  const dataPath = join(scene.folder(), 'data');
  const first = await scene.start({ dataPath });
  const second = scene.spawn({ dataPath });
  expect(await second.ended).toEqual({ code: 1, signal: null });
  expect(second.stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(second.stderr).toContain(`pid ${first.process.child.pid}`);
  expect(second.stderr).toContain(dataPath);
  const ledger = new SpanLedger();
  const load = new TraceLoad(first, ledger);
  expect(await load.send('grpc', uniqueRequest(5))).toBe('ok');
  await load.stop();
  await first.kill('SIGTERM');
  expect(ledger.compare(await readBack(scene, dataPath))).toMatchObject({ readable: 5 });
});

it('of several that start at once on a lock left behind, one gets it', async () => {
  const dataPath = join(scene.folder(), 'data');
  const killed = await scene.start({ dataPath });
  await killed.kill();
  expect(existsSync(join(dataPath, 'synton.sock'))).toBe(true);
  const rivals = Array.from({ length: 4 }, () => scene.spawn({ dataPath }));
  const started = await Promise.all(
    rivals.map((rival) =>
      rival.ready().then(
        () => true,
        () => false,
      ),
    ),
  );
  expect(started.filter((one) => one)).toHaveLength(1);
  for (const [i, rival] of rivals.entries())
    if (!started[i]) expect(rival.stderr).toMatch(/another Synton \(pid \d+|changes hands/);
});

it('an owner whose lock was deleted puts it back, and keeps others out', async () => {
  const dataPath = join(scene.folder(), 'data');
  const owner = await scene.start({ dataPath });
  rmSync(join(dataPath, 'synton.sock'));
  await eventually(() => existsSync(join(dataPath, 'synton.sock')), 'it is back');
  const second = scene.spawn({ dataPath });
  expect((await second.ended).code).toBe(1);
  expect(second.stderr).toContain(`pid ${owner.process.child.pid}`);
  expect(await owner.kill('SIGTERM')).toMatchObject({ code: 0 });
  expect(existsSync(join(dataPath, 'synton.sock'))).toBe(false);
});

it('a service that stopped leaves no lock, and the next one starts', async () => {
  const dataPath = join(scene.folder(), 'data');
  for (let life = 0; life < 2; life++) {
    const running = await scene.start({ dataPath });
    expect(await running.kill('SIGTERM')).toMatchObject({ code: 0 });
  }
});
