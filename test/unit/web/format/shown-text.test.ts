import { describe, expect, test } from 'vitest';
import {
  copiedText,
  isRightToLeft,
  shownName,
  shownText,
} from '../../../../src/web/format/shown-text.ts';

const hostile = ['ab\u200bc', '\u202eevil', 'שלום\u2066', '⟨U+200B⟩', 'a\n\tb', 'مسار/طلب 3'];

describe('a text', () => {
  test('is shown with nothing unseen in it, and kept to its place where it runs from right to left', () => {
    expect(hostile.map(shownText)).toEqual([
      ...['ab⟨U+200B⟩c', '⟨U+202E⟩evil', '\u2068שלום⟨U+2066⟩\u2069', '⟨U+27E8⟩U+200B⟩'],
      ...['a\n\tb', '\u2068مسار/طلب 3\u2069'],
    ]);
    expect(shownName('a\n\tb')).toBe('a↵⇥b');
  });

  test('is copied as it was written', () => {
    expect(hostile.map((text) => copiedText(shownText(text)))).toEqual(hostile);
    expect(hostile.map((text) => copiedText(shownName(text)))).toEqual(hostile);
  });

  test('is known to run from right to left', () => {
    expect(['GET /x', 'GET /نص', 'שלום', '日本'].map(isRightToLeft)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
