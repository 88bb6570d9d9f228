/** Rejections are heard of in a traced program as in one that is not: in processes of their own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

interface Told {
  readonly heard: readonly string[];
  readonly failed: readonly number[];
}

const PROGRAM = join(import.meta.dirname, 'rejecting-program.ts');

function run(how: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [PROGRAM, how], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

const [bare, traced] = (await Promise.all([run('bare'), run('traced')])).map(
  ({ stdout }): Record<string, Told> => JSON.parse(stdout),
);

describe('a rejection of', () => {
  test.each(Object.keys(bare!))('%s', (way) => {
    expect(traced![way]!.heard).toEqual(bare![way]!.heard);
    expect(new Set(traced![way]!.failed)).toEqual(new Set([2]));
  });

  test('some is unhandled once, and of some handled', () => {
    expect(Object.keys(bare!).length).toBeGreaterThan(40);
    expect(bare!['an async function, taken by nobody']!.heard).toEqual(['unhandled refused']);
    expect(bare!['an async function, taken by catch']!.heard).toEqual([]);
  });
});

test('that nobody handles ends the process with the error, told once', async () => {
  const { code, stderr } = await run('crashes');
  expect(code).toBe(1);
  expect(stderr.match(/Error: refused/g)).toHaveLength(1);
});
