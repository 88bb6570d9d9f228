/**
 * A rewrite that is cut off: before each change to a file the directory is copied, as a process that is killed there would leave it,
 * and each change is refused once. Whatever is left opens, answers the same, and is rewritten in the end.
 */
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommitSignal } from '../../../../src/store/commit-signal.ts';
import { partitionPath } from '../../../../src/store/lmdb/partition-path.ts';
import { PartitionWriter } from '../../../../src/store/lmdb/partition-writer.ts';
import { rewritePartition } from '../../../../src/store/lmdb/rewriting/rewrite-partition.ts';
import { Counters } from '../../../../src/telemetry/counters.ts';
import { silentLogger } from '../../../../src/telemetry/logger.ts';
import { watchingFiles } from '../../../support/file-operations.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { folder, noPause, rewrittenStore } from '../../../support/rewritten-store.ts';
import { answersOf, firstDifference } from '../../../support/stored-answers.ts';

const SMALL = { commits: [2, 1], spans: 12, isRewritten: false } as const;

/** As after a start whose recovery has found everything sound. */
function openWriter(path: string): PartitionWriter {
  const writer = new PartitionWriter(
    { path, encoding: 'otlp', maxAgeMs: 0, maxBytes: 1e12 },
    { clock: new ManualClock(), counters: new Counters(), log: silentLogger },
  );
  for (const record of writer.catalogue.partitions())
    writer.catalogue.put({ ...record, checkedBoot: writer.boot });
  return writer;
}

async function rewriteAll(path: string, writer: PartitionWriter): Promise<void> {
  for (const { number, form } of writer.catalogue.partitions())
    if (form === 'blocks')
      writer.rewritten(number, await rewritePartition(partitionPath(path, number), noPause));
}

function filesOf(path: string): string[] {
  return readdirSync(join(path, 'partitions'), { recursive: true }).map(String).sort();
}

const WHOLE = ['00000001', '00000001/columns', '00000002', '00000002/columns'];

describe('a rewrite that is cut off', () => {
  it('by a kill, before any of its changes to files', async () => {
    const { path, questions, before } = await rewrittenStore(SMALL);
    const writer = openWriter(path);
    const copies: string[] = [];
    const aside = folder();
    const calls = await watchingFiles(
      (call) => {
        const copy = join(aside, String(call));
        cpSync(path, copy, { recursive: true });
        copies.push(copy);
      },
      () => rewriteAll(path, writer),
    );
    await writer.close();
    expect(calls).toBeGreaterThan(40);
    for (const [i, copy] of copies.entries()) {
      const next = openWriter(copy);
      expect(firstDifference(before, await answersOf(copy, new CommitSignal(), questions))).toBe(
        undefined,
      );
      await rewriteAll(copy, next);
      expect(filesOf(copy)).toEqual(WHOLE);
      if (i % 8 === 0)
        expect(firstDifference(before, await answersOf(copy, new CommitSignal(), questions))).toBe(
          undefined,
        );
      await next.close();
      rmSync(copy, { recursive: true });
    }
  });

  it('by a fault, at any of its changes to files', async () => {
    const { path, questions, before } = await rewrittenStore(SMALL);
    for (let refused = 0, isOver = false; !isOver; refused++) {
      const copy = join(folder(), 'data');
      cpSync(path, copy, { recursive: true });
      const writer = openWriter(copy);
      const fault = Object.assign(new Error('ENOSPC: refused'), { code: 'ENOSPC', syscall: 'x' });
      let wasRefused = false;
      const calls = await watchingFiles(
        (call) => {
          if (call !== refused) return;
          wasRefused = true;
          throw fault;
        },
        async () => {
          await rewriteAll(copy, writer).catch((error: unknown) => expect(error).toBe(fault));
        },
      );
      isOver = calls <= refused;
      expect(filesOf(copy).filter((file) => file.endsWith('.new'))).toEqual([]);
      expect(wasRefused).toBe(!isOver);
      expect(firstDifference(before, await answersOf(copy, new CommitSignal(), questions))).toBe(
        undefined,
      );
      // The same life tries again.
      await rewriteAll(copy, writer);
      await writer.close();
      await openWriter(copy).close();
      expect(filesOf(copy)).toEqual(WHOLE);
    }
  });

  it('by the end of its partition, which has expired', async () => {
    const { path } = await rewrittenStore(SMALL);
    for (const at of [0, 1, 5, 9]) {
      const copy = join(folder(), 'data');
      cpSync(path, copy, { recursive: true });
      const writer = openWriter(copy);
      const calls: string[] = [];
      await watchingFiles(
        (call, name) => {
          calls.push(name);
          if (call === at) rmSync(partitionPath(copy, 1), { recursive: true });
        },
        () =>
          rewritePartition(partitionPath(copy, 1), noPause).then(
            () => expect.unreachable(),
            (error: NodeJS.ErrnoException) => expect(error.code).toBe('ENOENT'),
          ),
      );
      expect(filesOf(copy).some((file) => file.startsWith('00000001'))).toBe(false);
      await writer.close();
    }
  });
});
