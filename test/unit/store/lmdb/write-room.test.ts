/** The writer where there is little room: on the disk, or in one file. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PartitionWriter } from '../../../../src/store/lmdb/partition-writer.ts';
import type { WriterSettings } from '../../../../src/store/lmdb/writer-contract.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { realisticRequest } from '../../../support/otlp-request.ts';
import { testHost } from '../../../support/receiver-host.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';
import { bulkyRequest } from '../../../support/trace-load.ts';

const MIB = 2 ** 20;

let path: string;
let freeBytes: number;
let writer: PartitionWriter;
const clock = new ManualClock();

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'synton-writer-'));
  freeBytes = 1000 * MIB;
});

afterEach(async () => {
  await writer?.close();
  rmSync(path, { recursive: true });
});

function open(settings: Partial<WriterSettings> = {}): PartitionWriter {
  const statfs = () => ({ bavail: freeBytes / 4096, bsize: 4096 });
  writer = new PartitionWriter(
    { path, encoding: 'otlp', maxAgeMs: 0, maxBytes: 2 ** 40, statfs, ...settings },
    testHost(clock),
  );
  return writer;
}

function commit(request: Uint8Array = realisticRequest({ spans: 10 })) {
  return writer.commit(scannedBatch(request));
}

function states(): string[] {
  return writer.catalogue.partitions().map(({ state }) => state);
}

describe('on a disk that is nearly full', () => {
  it('refuses before there is no space, names the folder, and goes on once there is', () => {
    open();
    expect(commit()).toMatchObject({ status: 'committed' });
    const before = filesOf(path);
    freeBytes = 63 * MIB;
    expect(commit()).toEqual({
      status: 'refused',
      reason: expect.stringMatching(`${path} has less than 64 MiB free: free some space`),
      retryAfterMs: 5000,
    });
    writer.flushStatistics();
    expect(filesOf(path)).toEqual(before);
    freeBytes = 65 * MIB;
    expect(commit(realisticRequest({ spans: 10, seed: 2 }))).toMatchObject({ status: 'committed' });
  });

  it('asks for as much as the batch may take, beside the reserve', () => {
    open();
    freeBytes = 66 * MIB;
    expect(commit(bulkyRequest(MIB))).toMatchObject({ status: 'refused' });
    expect(commit()).toMatchObject({ status: 'committed' });
  });

  it('closes a partition without writing to it through the database', async () => {
    open();
    commit();
    const data = join(path, 'partitions', '00000001', 'data.mdb');
    const before = statSync(data);
    freeBytes = 0;
    await writer.closePartition();
    expect(statSync(data).mtimeMs).toBe(before.mtimeMs);
    expect(states()).toEqual(['closed']);
  });

  it('does not start, and says what to do', () => {
    freeBytes = MIB;
    expect(() => open()).toThrow(/less than 64 MiB free: free some space, or lower retention/);
  });
});

describe('under a limit on the size of a file', () => {
  it('closes a partition in time and begins another', () => {
    open({ fileBytesMax: 16 * MIB });
    for (let i = 0; i < 60; i++)
      expect(commit(bulkyRequest(MIB / 2))).toMatchObject({ status: 'committed' });
    expect(states().length).toBeGreaterThan(3);
    for (const { name, bytes } of filesOf(path)) expect(bytes, name).toBeLessThan(10 * MIB);
  });

  it('refuses a batch that one file cannot hold, and takes the next', () => {
    open({ fileBytesMax: 16 * MIB });
    expect(commit(bulkyRequest(6 * MIB))).toMatchObject({
      status: 'refused',
      reason: expect.stringMatching(/ulimit -f/),
    });
    expect(commit()).toMatchObject({ status: 'committed' });
  });

  it('does not start where nothing would fit', () => {
    expect(() => open({ fileBytesMax: MIB })).toThrow(/ulimit -f.* too low .*raise it/);
  });
});

function filesOf(folder: string): { name: string; bytes: number }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => ({
      name: join(parentPath, name),
      bytes: statSync(join(parentPath, name)).size,
    }));
}
