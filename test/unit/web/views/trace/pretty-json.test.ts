import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prettyJson } from '../../../../../src/web/views/trace/tabs/raw/pretty-json.ts';

test('is the JSON that it was, as JSON.stringify would break it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const pretty = JSON.stringify(value, undefined, 2);
      expect(prettyJson(JSON.stringify(value))).toBe(pretty);
      expect(prettyJson(pretty)).toBe(pretty);
    }),
  );
});

test('keeps digits that a number would lose, and escapes as they came', () => {
  expect(prettyJson('{"a":18446744073709551615,"b":1.0,"c":"\\u00e9\\""}')).toBe(
    '{\n  "a": 18446744073709551615,\n  "b": 1.0,\n  "c": "\\u00e9\\""\n}',
  );
});

test('what is no JSON comes out, and ends', () => {
  for (const text of ['', '{', '}}]]', '"open', '{"a":[,,', 'plain words: here']) {
    expect(prettyJson(text).replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
  }
});
