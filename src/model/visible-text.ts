/**
 * Text from outside as it can be drawn without lying: what has no shape of its own, or would move what stands around it, is told by its number.
 * It is `⟨U+200B⟩`, and `↵` and `⇥` of line ends and tabs; joiners and variation selectors stay where scripts and emoji need
 * them. No two texts are drawn alike for that: signs that a sender wrote as we do are told by their numbers too, so that `trueText` brings
 * everything back. Linear; at most 10 characters for each.
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\u21b5\u21e5]|\u27e8(?=U\+)/gu;
/** Of most texts it is known at once that there is nothing of all that in them. */
const SEEN = /^[\x20-\x7e\xa1-\xac\xae-\u02ff]*$/;
const TOLD = /[\u21b5\u21e5]|\u27e8U\+([0-9A-F]{4,6})\u27e9/gu;

const SIGNS: ReadonlyMap<string, string> = new Map([
  ['\n', '\u21b5'],
  ['\t', '\u21e5'],
]);
const SIGNED: ReadonlyMap<string, string> = new Map([...SIGNS].map(([of, sign]) => [sign, of]));

/** Signs before a number of Arabic or Syriac, of the format characters, are drawn. */
const DRAWN_FORMAT = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]/u;
const JOINER = /[\u200c\u200d]/;
const SELECTOR = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}\u180b-\u180d\u180f]/u;
const EMOJI_BEFORE = /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)$/u;
const EMOJI_BEHIND = /^\p{Extended_Pictographic}/u;
/** Scripts whose letters join, or form clusters. */
const JOINING =
  '[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Nko}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}]';
const JOINING_BEFORE = new RegExp(`${JOINING}$`, 'u');
const JOINING_BEHIND = new RegExp(`^${JOINING}`, 'u');
const SELECTED_BEFORE = /[\p{Extended_Pictographic}\p{Script=Han}\p{Script=Mongolian}]$/u;
const KEYCAP_BEFORE = /[0-9#*]$/;
const KEYCAP = '\u20e3';

/** @param isOneLine line ends and tabs are told as well. @default false */
export function visibleText(text: string, isOneLine: boolean = false): string {
  if (SEEN.test(text)) return text;
  return text.replace(UNSEEN, (character, at: number) => {
    const sign = SIGNS.get(character);
    if (isOneLine && sign !== undefined) return sign;
    const isOfLineEnd = sign !== undefined || (character === '\r' && text[at + 1] === '\n');
    if (isOfLineEnd && !isOneLine) return character;
    if (isNeeded(character, text, at)) return character;
    const hex = character.codePointAt(0)!.toString(16).toUpperCase();
    return `\u27e8U+${hex.padStart(4, '0')}\u27e9`;
  });
}

/** What was made visible, as it was. */
export function trueText(visible: string): string {
  return visible.replace(TOLD, (told, hex: string | undefined) => {
    if (hex === undefined) return SIGNED.get(told) ?? told;
    const code = Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : told;
  });
}

function isNeeded(character: string, text: string, at: number): boolean {
  if (DRAWN_FORMAT.test(character)) return true;
  const isJoiner = JOINER.test(character);
  if (!isJoiner && !SELECTOR.test(character)) return false;
  const before = text.slice(Math.max(0, at - 2), at);
  const behind = text.slice(at + character.length, at + character.length + 2);
  if (isJoiner) {
    if (JOINING_BEFORE.test(before)) return JOINING_BEHIND.test(behind);
    return EMOJI_BEFORE.test(before) && EMOJI_BEHIND.test(behind);
  }
  return SELECTED_BEFORE.test(before) || (KEYCAP_BEFORE.test(before) && behind.startsWith(KEYCAP));
}
