import { expect, test } from 'vitest';
import { carryClasses, UNTOLD } from '../../../../src/web/views/trace/carry-folds.ts';

test('a span that came after an attribute was told is not said to be without it', () => {
  const old = { spanId: Uint32Array.of(1, 1, 1, 2, 1, 3), rowCount: 3 };
  const now = { spanId: Uint32Array.of(1, 1, 1, 4, 1, 3, 1, 2), rowCount: 4 };
  expect([...carryClasses(Uint8Array.of(0, 7, 255), old, now)]).toEqual([0, UNTOLD, 255, 7]);
});
