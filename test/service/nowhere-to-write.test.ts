/** Rows 8–12: the disk is full, a file may not grow, a folder cannot be written to. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { limitedFiles } from '../faults/full-disk.ts';
import { FaultScene } from '../support/fault-scene.ts';

const scene = new FaultScene();
afterAll(() => scene.close());

const ON_LINUX = process.platform === 'linux';

it.runIf(ON_LINUX)('a limit on the size of a file is kept: no abort, nothing lost', async () => {
  const { outcomes, stored, partitions } = await limitedFiles(scene, 16);
  expect(outcomes).toMatchObject({ refused: 0, broken: 0 });
  expect(stored).toMatchObject({ lost: 0, changed: 0, unknown: 0, duplicate: 0 });
  expect(stored.acked).toBeGreaterThanOrEqual(128);
  expect(partitions).toBeGreaterThan(3);
});

describe('what cannot be written to at start is one line with a remedy', () => {
  async function refusal(dataPath: string, under: readonly string[] = []): Promise<string> {
    const service = scene.spawn({ dataPath, under });
    const { code } = await service.ended;
    expect(service.stdout).toBe('');
    expect(code).toBe(1);
    const lines = service.stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(dataPath);
    expect(lines[0]).toMatch(/Choose another with instrument\.persistence\.path, or set/);
    return lines[0]!;
  }

  it('a folder below a file', async () => {
    const file = join(scene.folder(), 'file');
    writeFileSync(file, '');
    expect(await refusal(join(file, 'data'))).toMatch(/ENOTDIR|not a directory/);
  });

  it.runIf(ON_LINUX)('a file system that takes no folders', async () => {
    expect(await refusal('/sys/synton')).toMatch(/EPERM|EACCES|EROFS/);
  });

  it.runIf(ON_LINUX)('a limit on the size of a file that leaves no room', async () => {
    const under = ['prlimit', '--fsize=1000000', '--'];
    expect(await refusal(join(scene.folder(), 'data'), under)).toMatch(/1000000 bytes, ulimit -f/);
  });
});
