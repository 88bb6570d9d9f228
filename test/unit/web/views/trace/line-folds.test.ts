import { describe, expect, test } from 'vitest';
import {
  blockAround,
  blockEnds,
  nameInBlock,
  revealed,
  shownLines,
  spanLines,
} from '../../../../../src/web/views/trace/tabs/raw/line-folds.ts';
import { prettyJson } from '../../../../../src/web/views/trace/tabs/raw/pretty-json.ts';

const span = (name: string) => ({
  spanId: 'a{[',
  attributes: [{ name: 'inner' }],
  name,
  events: [],
});
const lines = prettyJson(
  JSON.stringify({ trace: { name: 'root' }, spans: [span('one'), span('two')] }),
).split('\n');
const ends = blockEnds(lines);
const lineOf = (text: string): number => lines.findIndex((line) => line.includes(text));

describe('blocks of lines', () => {
  test('end where their bracket does', () => {
    expect(ends[0]).toBe(lines.length - 1);
    expect(lines[ends[lineOf('"trace"')]!]).toBe('  },');
    expect(lines[ends[lineOf('"spans"')]!]).toBe('  ]');
    // Brackets of a text open nothing.
    expect(ends[lineOf('"spanId"')]).toBe(0);
    expect(ends[lineOf('"events"')]).toBe(0);
  });

  test('of text that is no JSON, or is cut off, do no harm', () => {
    expect([...blockEnds(['a', '}', '{', '[', ']'])]).toEqual([0, 0, 0, 4, 0]);
    expect([...blockEnds([])]).toEqual([]);
  });

  test('are folded and opened again around a line', () => {
    const [one, two] = spanLines(lines, ends) as [number, number];
    expect([nameInBlock(lines, one, ends[one]!), nameInBlock(lines, two, ends[two]!)]).toEqual([
      '"name": "one"',
      '"name": "two"',
    ]);
    const folded = new Set([one, two]);
    const shown = [...shownLines(lines, ends, folded)];
    expect(shown).toContain(one);
    expect(shown).not.toContain(one + 1);
    expect(shown).not.toContain(ends[one]);
    expect(shown).toHaveLength(lines.length - (ends[one]! - one) - (ends[two]! - two));
    expect([...shownLines(lines, ends, new Set())]).toEqual([...lines.keys()]);
    expect([...revealed(ends, folded, two + 2)]).toEqual([one]);
    expect([...revealed(ends, folded, two)]).toEqual([one, two]);
    const nested = new Set([lineOf('"spans"'), one]);
    expect(revealed(ends, nested, one + 1).size).toBe(0);
  });

  test('are found from a line within', () => {
    const one = spanLines(lines, ends)[0]!;
    expect(blockAround(ends, one)).toBe(one);
    expect(blockAround(ends, lineOf('"one"'))).toBe(one);
    expect(lines[blockAround(ends, lineOf('"inner"'))]!.trim()).toBe('{');
    expect(blockAround(ends, ends[one]!)).toBe(one);
    expect(blockAround(blockEnds(['a']), 0)).toBe(-1);
  });
});
