import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Partition } from '../../../../src/store/lmdb/partition.ts';
import { rolledUp } from '../../../../src/store/lmdb/rewriting/roll-up.ts';
import { decodeMinute } from '../../../../src/store/statistics/statistics-codec.ts';
import { StatisticsTable } from '../../../../src/store/statistics/statistics-table.ts';
import { realisticRequest } from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

/** 2026-01-02T03:04:00Z, in which requests start. */
const MINUTE = 29_455_384;

describe('the statistics of a partition', () => {
  let path = '';
  let partition: Partition;

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'synton-roll-up-'));
    partition = new Partition(join(path, 'p'), { readOnly: false });
    const table = new StatisticsTable();
    table.addBatch(scannedBatch(realisticRequest({ spans: 50 })));
    const encoded = table.encodeMinute(MINUTE);
    const damaged = Uint8Array.from(encoded);
    damaged[damaged.length - 1]! ^= 1;
    partition.commit(undefined, [
      [MINUTE, encoded],
      [MINUTE + 1, damaged],
    ]);
  });

  afterEach(async () => {
    await partition.close();
    rmSync(path, { recursive: true, force: true });
  });

  it('are added up by hour and day, and a damaged minute is told and left out', () => {
    const damaged: number[] = [];
    const periods = [...rolledUp(partition, (minute) => damaged.push(minute))];
    expect(damaged).toEqual([MINUTE + 1]);
    expect(periods.map(({ unit, minute }) => [unit, minute])).toEqual([
      [1, MINUTE],
      [60, MINUTE - (MINUTE % 60)],
      [1_440, MINUTE - (MINUTE % 1_440)],
    ]);
    const counts = periods.map(({ encoded }) =>
      [...decodeMinute(encoded)!.cells()].reduce((sum, { count }) => sum + count, 0),
    );
    expect(counts).toEqual([50, 50, 50]);
  });
});
