/** What becomes of spans when the program that made them ends, in each of the ways that programs end. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SyntonSpanProcessor } from '../../src/sdk/index.ts';

const PROGRAM = join(import.meta.dirname, 'sdk-program.ts');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synton-process-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly traceIds: readonly string[];
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: string | null;
}

function program(path: string, how: string, count: number): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, path, how, String(count)], { cwd: folder });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      resolve({ traceIds: stdout.trim().split('\n'), stderr, code, signal });
    });
  });
}

/** How many of the traces are on disk. */
async function kept(path: string, traceIds: readonly string[]): Promise<number> {
  const processor = new SyntonSpanProcessor({ path });
  let count = 0;
  for (const id of traceIds) {
    const { trace } = await processor.views.lifecycle(id);
    if (!trace.inMemoryOnly) count++;
  }
  await processor.shutdown();
  return count;
}

test.each(['returns', 'shuts down', 'works when it has run dry'])(
  'a program that %s leaves all its spans',
  async (how) => {
    const path = join(folder, 'data');
    const ended = await program(path, how, 700);
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(ended.traceIds.length).toBe(700);
    expect(await kept(path, ended.traceIds)).toBe(700);
    expect(readdirSync(path).filter((name) => name.includes('.sock'))).toEqual([]);
  },
);

test('a program that is killed after forceFlush leaves all its spans', async () => {
  const path = join(folder, 'data');
  const ended = await program(path, 'flushes and is killed', 700);
  expect(ended.signal).toBe('SIGKILL');
  expect(await kept(path, ended.traceIds)).toBe(700);
});

test('without a path it ends as quickly, and leaves no file', async () => {
  const ended = await program('', 'returns', 10);
  expect(ended.code).toBe(0);
  expect(ended.stderr.match(/memory only/g)?.length).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});
