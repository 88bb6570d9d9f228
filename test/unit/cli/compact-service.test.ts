/** `synton compact` of a running service: an API whose compaction goes as the test wants it to. */
import { expect, test } from 'vitest';
import { ExampleStorage, runningApi } from '../api/running-api.ts';
import { runSynton, spawnSynton } from './synton-process.ts';

async function served(storage: ExampleStorage): Promise<string> {
  const { server } = await runningApi({ storage });
  return `http://127.0.0.1:${server.endpoint.port}`;
}

test('waits until it is done, and says what it came to', async () => {
  const storage = new ExampleStorage();
  const url = await served(storage);
  const synton = spawnSynton(['compact', '--url', url]);
  await synton.until('stderr', /compacting at/);
  storage.finish();
  expect(await synton.finished).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^1 partition with 10 spans rewritten in 1\.00 ms, 100 µs a span$/m,
    ),
  });
  expect(storage.asked).toEqual([false]);
});

test('joins one that runs, and passes on what is to be removed', async () => {
  const storage = new ExampleStorage();
  const url = await served(storage);
  storage.compact({ removeSetAside: false });
  const synton = spawnSynton(['compact', '--remove-damaged', '--json', '--url', `${url}/`]);
  await synton.until('stderr', /joining the compaction that runs at/);
  storage.finish();
  const { code, stdout } = await synton.finished;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    report: { partitions: 1, bytesBefore: 100, bytesAfter: 10 },
    setAsideRemoved: { folders: 1, bytes: 9_000 },
  });
  expect(storage.asked).toEqual([false, true]);
});

test('Ctrl-C ends the waiting, not the compaction', async () => {
  const storage = new ExampleStorage();
  const synton = spawnSynton(['compact', '--url', await served(storage)]);
  await synton.until('stderr', /compacting at/);
  synton.child.kill('SIGINT');
  const { code, stdout, stderr } = await synton.finished;
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toMatch(/no longer waited for: the service goes on with it\n$/);
  expect(storage.compaction.status).toBe('running');
});

test('one that fails, and a service that was started anew', async () => {
  const failing = new ExampleStorage();
  const first = spawnSynton(['compact', '--url', await served(failing)]);
  await first.until('stderr', /compacting at/);
  failing.compaction = { ...failing.compaction, status: 'failed', detail: 'no space' };
  const failed = await first.finished;
  expect(failed).toMatchObject({ code: 1, stdout: '' });
  expect(failed.stderr).toMatch(/could not compact: no space\n$/);

  const restarted = new ExampleStorage();
  const second = spawnSynton(['compact', '--url', await served(restarted)]);
  await second.until('stderr', /compacting at/);
  restarted.compaction = { run: 0, status: 'none' };
  expect((await second.finished).stderr).toMatch(/was started anew meanwhile\n$/);
});

test('partitions that could not be rewritten are said, and the exit code tells', async () => {
  const storage = new ExampleStorage();
  const compact = storage.compact.bind(storage);
  storage.compact = (also) => {
    const state = compact(also);
    storage.finish();
    const report = { ...storage.compaction.report!, failed: 2 };
    storage.compaction = { ...storage.compaction, report };
    return state;
  };
  const { code, stdout } = await runSynton(['compact', '--url', await served(storage)]);
  expect(code).toBe(1);
  expect(stdout).toContain('2 partitions could not be rewritten: the log says why');
});
