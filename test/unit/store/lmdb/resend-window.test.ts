import { describe, expect, it } from 'vitest';
import { COLUMN, STRIDE } from '../../../../src/otlp/span-columns.ts';
import { ResendWindow } from '../../../../src/store/lmdb/resend-window.ts';

const KNOWN_AT_LEAST = 131_072;

/** A row that tells span number `n` from any other by its ids alone. */
function rowOf(n: number): Uint32Array {
  const row = new Uint32Array(STRIDE);
  row[3] = n >>> 3;
  row[4] = Math.imul(n, 0x9e3779b1);
  row[5] = n;
  row[COLUMN.length] = 400;
  return row;
}

describe('ResendWindow', () => {
  it('says where a span lies, the youngest place first', () => {
    const window = new ResendWindow();
    expect(window.find(rowOf(1), 0)).toBeUndefined();
    window.add(rowOf(1), 0, 4, 17);
    expect(window.find(rowOf(1), 0)).toEqual({ partition: 4, block: 17 });
    window.add(rowOf(1), 0, 5, 0);
    expect(window.find(rowOf(1), 0)).toEqual({ partition: 5, block: 0 });
    const longer = rowOf(1);
    longer[COLUMN.length] = 401;
    expect(window.find(longer, 0)).toBeUndefined();
  });

  it('knows the last 131,072 spans at any moment, and forgets', () => {
    const window = new ResendWindow();
    for (let n = 1; n <= 4 * KNOWN_AT_LEAST; n++) {
      window.add(rowOf(n), 0, 1, n);
      if (n % 10_007 !== 0) continue;
      const oldest = Math.max(1, n - KNOWN_AT_LEAST + 1);
      expect(window.find(rowOf(oldest), 0)?.block).toBe(oldest);
    }
    expect(window.find(rowOf(1), 0)).toBeUndefined();
  });
});
