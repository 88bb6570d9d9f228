import { describe, expect, it } from 'vitest';
import {
  OPERATIONS_MAX,
  OperationIndex,
} from '../../../../src/store/statistics/operation-index.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

function namesOf(index: OperationIndex, row: number): [string, string] {
  const operation = index.ofRow[row]!;
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
  return [text(index.serviceBytes(operation)), text(index.nameBytes(operation))];
}

describe('OperationIndex', () => {
  it('gives one number to one service, name and kind, from batch to batch', () => {
    const index = new OperationIndex();
    const spans = [
      { name: 'pay' },
      { name: 'refund' },
      { name: 'pay' },
      { name: 'pay', kind: 'client' as const },
    ];
    index.read(scannedBatch(buildRequest({ seed: 1, service: 'shop', spans })));
    const first = [...index.ofRow.subarray(0, 4)];
    expect(first[2]).toBe(first[0]);
    expect(new Set(first).size).toBe(3);
    expect(namesOf(index, 1)).toEqual(['shop', 'refund']);
    expect(index.kinds(first[3]!) & 15).toBe(3);

    index.read(scannedBatch(buildRequest({ seed: 2, service: 'bank', spans: [{ name: 'pay' }] })));
    expect(first).not.toContain(index.ofRow[0]);
    index.read(
      scannedBatch(buildRequest({ seed: 3, service: 'shop', spans: [{ name: 'refund' }] })),
    );
    expect(index.ofRow[0]).toBe(first[1]);
  });

  it('begins anew once it is full, and says so', () => {
    const index = new OperationIndex();
    const spans = Array.from({ length: OPERATIONS_MAX }, (_, i) => ({ name: `job ${i}` }));
    index.read(scannedBatch(buildRequest({ seed: 1, spans })));
    expect([index.count, index.generation]).toEqual([OPERATIONS_MAX, 0]);
    index.read(scannedBatch(buildRequest({ seed: 2, spans: [{ name: 'job 7' }] })));
    expect([index.count, index.generation]).toEqual([1, 1]);
    expect(namesOf(index, 0)[1]).toBe('job 7');
  });
});
