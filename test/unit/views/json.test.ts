import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../src/projection/in-turns.ts';
import { writeJson, writeJsonInSteps } from '../../../src/views/json.ts';

describe('JSON of views', () => {
  it('loses nothing', () => {
    expect(
      JSON.parse(
        writeJson({
          at: 1_767_323_045_000_000_001n,
          max: 2n ** 64n - 1n,
          nan: Number.NaN,
          minus: Number.NEGATIVE_INFINITY,
          zero: -0,
          half: 0.5,
          bytes: Uint8Array.of(1, 2, 3),
          buffer: Buffer.from('hi'),
          map: new Map([['__proto__', 1n]]),
          set: new Set([1n]),
          absent: undefined,
          nothing: null,
          odd: '\ud800',
        }),
      ),
    ).toEqual({
      at: '1767323045000000001',
      max: '18446744073709551615',
      nan: 'NaN',
      minus: '-Infinity',
      zero: '-0',
      half: 0.5,
      bytes: 'AQID',
      buffer: 'aGk=',
      map: [['__proto__', '1']],
      set: ['1'],
      nothing: null,
      odd: '\ud800',
    });
  });

  it('keeps attributes in the form of the model: duplicates, order, types', () => {
    const attributes = [
      { key: 'a', value: { type: 'int', value: 1n } },
      { key: 'a', value: { type: 'double', value: 1 } },
      { key: '__proto__', value: { type: 'unset' } },
    ];
    expect(writeJson(attributes)).toBe(
      '[{"key":"a","value":{"type":"int","value":"1"}},{"key":"a","value":{"type":"double","value":1}},{"key":"__proto__","value":{"type":"unset"}}]',
    );
    expect(writeJson(undefined)).toBe('null');
  });

  it('comes to the same for frozen objects that stand in many places', () => {
    const shared = Object.freeze({ at: 1n, none: undefined, zero: -0 });
    const series = [0, 1].map((key) => ({ key, points: [shared, { at: 2n }, shared], rest: 5n }));
    for (const value of [
      { series, from: 1n, no: undefined },
      series,
      [shared],
      shared,
      [[shared]],
    ]) {
      const text = JSON.stringify(JSON.parse(writeJson(value, 1)));
      expect(writeJson(value)).toBe(text);
      expect(atOnce(writeJsonInSteps(value))).toBe(text);
    }
  });

  it('comes to the same when it is written in steps', () => {
    const odd = [undefined, null, -0, 1n, 'text', new Uint8Array([1]), { a: undefined, b: [2n] }];
    const long = Array.from({ length: 1_000 }, (_, i) => ({ i: BigInt(i), odd }));
    for (const value of [{ long, odd, none: undefined, empty: [], x: { y: odd } }, odd, 5n, {}]) {
      expect(atOnce(writeJsonInSteps(value))).toBe(writeJson(value));
    }
    expect(atOnce(writeJsonInSteps(undefined))).toBe('null');
    expect(atOnce(writeJsonInSteps(new Map([[1n, 2n]])))).toBe('[["1","2"]]');
  });
});
