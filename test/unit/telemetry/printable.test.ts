import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from '../../../src/telemetry/printable.ts';

test('text that is safe stays as it is', () => {
  expect(printable('GET /čaj?q=日本 🫖')).toBe('GET /čaj?q=日本 🫖');
});

test('whatever came in, one line of bounded length without control characters goes out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const result = printable(text, 100);
      expect(result.length).toBeLessThanOrEqual(101);
      expect(result).not.toMatch(/\p{Cc}|\p{Zl}|\p{Zp}|\p{Bidi_Control}/u);
    }),
  );
});
