import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trueText, visibleText } from '../../../src/model/visible-text.ts';

describe('text that can be seen', () => {
  it.each([
    'GET /čaj?q=日本 🫖',
    'shalom שלום, مسار/الطلب',
    'می‌خواهم',
    'क्‍ष',
    '👩‍👩‍👧 ❤️ 1️⃣ 👍🏽‍♀',
    '葛󠄀',
    'line\n\tline\r\n\u0603',
    '⟨bra| U+200B ⟩',
  ])('stays as it is: %s', (text) => expect(visibleText(text)).toBe(text));
});

describe('what has no shape', () => {
  it.each([
    ['check\u200bout', 'check⟨U+200B⟩out'],
    ['\u202eevil\u202c', '⟨U+202E⟩evil⟨U+202C⟩'],
    ['\u2066a\u2069', '⟨U+2066⟩a⟨U+2069⟩'],
    ['\u001b[31mred\u0007\u007f', '⟨U+001B⟩[31mred⟨U+0007⟩⟨U+007F⟩'],
    ['a\u00adb\ufeff', 'a⟨U+00AD⟩b⟨U+FEFF⟩'],
    ['a\u200db', 'a⟨U+200D⟩b'],
    ['شاي\u200c', 'شاي⟨U+200C⟩'],
    ['a\ufe0f1\ufe0f', 'a⟨U+FE0F⟩1⟨U+FE0F⟩'],
    ['\u3164\u{e0041}\u115f', '⟨U+3164⟩⟨U+E0041⟩⟨U+115F⟩'],
    ['\ud83d x\u2028\u0085', '⟨U+D83D⟩ x⟨U+2028⟩⟨U+0085⟩'],
    ['a\rb', 'a⟨U+000D⟩b'],
  ])('is told by its number or picture: %j', (text, told) => expect(visibleText(text)).toBe(told));

  it('is told of line ends and tabs in what is one line', () => {
    expect(visibleText('a\r\n\tb', true)).toBe('a⟨U+000D⟩↵⇥b');
  });

  it('is told otherwise than what a sender wrote so', () => {
    expect(visibleText('↵ ⟨U+200B⟩')).toBe('⟨U+21B5⟩ ⟨U+27E8⟩U+200B⟩');
  });
});

it('no two texts are told alike, and what was told is brought back', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '⟨U+200B⟩',
      '⟨',
      'U+',
      '⟨U+001B⟩',
      '\u200b',
      '\u202e',
      '\n',
      '\u001b',
      '\u200d',
      '🫖',
    ),
    fc.string({ unit: 'binary', maxLength: 10 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (pieces, isOneLine) => {
      const text = pieces.join('');
      const told = visibleText(text, isOneLine);
      expect(trueText(told)).toBe(text);
      expect(told).not.toMatch(isOneLine ? /\p{Cc}/u : /[^\P{Cc}\n\r\t]/u);
      expect(told).not.toMatch(/\p{Zl}|\p{Zp}|\p{Bidi_Control}|[\u200b\ufeff\u00ad]/u);
    }),
  );
});
