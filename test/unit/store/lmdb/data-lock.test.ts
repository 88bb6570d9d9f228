/** Who owns a data directory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import {
  acquireDataLock,
  askOwner,
  type DataLock,
  lockPath,
} from '../../../../src/store/lmdb/data-lock.ts';

let path: string;

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'synton-lock-'));
  return () => rmSync(path, { recursive: true, force: true });
});

async function owned(): Promise<DataLock> {
  const outcome = await acquireDataLock(path, '1.2.3');
  if (outcome.status !== 'owned') throw new Error('the lock is held');
  onTestFinished(() => outcome.lock.release());
  return outcome.lock;
}

/** A process that owned the directory and was killed. */
async function abandonedBy(): Promise<void> {
  const module = new URL('../../../../src/store/lmdb/data-lock.ts', import.meta.url).href;
  const script = `import { acquireDataLock } from ${JSON.stringify(module)};
    const { status } = await acquireDataLock(${JSON.stringify(path)}, '0');
    setInterval(() => {}, 1000);
    console.log(status);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const [said] = await once(child.stdout, 'data');
  expect(String(said).trim()).toBe('owned');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

it('is owned by the first, and names its pid and version to the second', async () => {
  await owned();
  expect(await acquireDataLock(path, '9')).toEqual({
    status: 'held',
    owner: { pid: process.pid, version: '1.2.3' },
    socketPath: lockPath(path),
  });
});

it('is free again after release', async () => {
  const lock = await owned();
  await lock.release();
  expect(existsSync(lockPath(path))).toBe(false);
  await owned();
});

it('is taken over from a process that was killed', async () => {
  await abandonedBy();
  expect(existsSync(lockPath(path))).toBe(true);
  await owned();
  expect(await askOwner(lockPath(path))).toEqual({ pid: process.pid, version: '1.2.3' });
  // Its socket and ours: nothing of the dead process is left.
  expect(readdirSync(path).length).toBe(2);
});

it('goes to exactly one of many that find it abandoned at once', async () => {
  await abandonedBy();
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => acquireDataLock(path, '1')));
  const owners = outcomes.filter(({ status }) => status === 'owned');
  for (const outcome of owners) if (outcome.status === 'owned') await outcome.lock.release();
  expect(owners.length).toBe(1);
});

it('hands on what comes over its socket, and asks to come back while nobody takes it', async () => {
  const lock = await owned();
  const post = () =>
    new Promise<number>((resolve, reject) => {
      const request = http.request(
        { socketPath: lock.socketPath, path: '/v1/traces', method: 'POST' },
        (response) => {
          response.resume();
          resolve(response.statusCode!);
        },
      );
      request.on('error', reject);
      request.end('x');
    });
  expect(await post()).toBe(503);
  lock.serve((request, response) => {
    request.resume();
    response.writeHead(204).end();
  });
  expect(await post()).toBe(204);
});

it('lies in the temporary directory where the path is too long for a socket', async () => {
  path = join(path, 'a'.repeat(120));
  expect(lockPath(path).startsWith(tmpdir())).toBe(true);
  await owned();
  expect((await acquireDataLock(path, '9')).status).toBe('held');
});
