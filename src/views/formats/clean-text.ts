/**
 * Text from outside made fit for one line of a terminal or a diagram: no control characters, no escape
 * sequences, nothing that reverses the direction of what follows, no broken surrogates.
 */
import { stripVTControlCharacters } from 'node:util';

const CONTROL_OR_SEPARATOR = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
/** Joiners belong to scripts and to emoji; every other format character is invisible or worse. */
const INVISIBLE = /(?![\u200c\u200d])\p{Cf}/gu;
const LONE_SURROGATE = /\p{Cs}/gu;
/** Longer input is cut before anything looks at it. */
const INPUT_MAX = 10_000;

export function cleanText(text: string): string {
  return stripVTControlCharacters(text.slice(0, INPUT_MAX))
    .replace(LONE_SURROGATE, '\ufffd')
    .replace(CONTROL_OR_SEPARATOR, ' ')
    .replace(INVISIBLE, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** At most `charactersMax` characters: cut in the middle, as ends tell names apart. */
export function cutMiddle(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const characters = Array.from(text);
  if (characters.length <= charactersMax) return text;
  const head = Math.ceil((charactersMax - 1) / 2);
  const tail = charactersMax - 1 - head;
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - tail).join('')}`;
}

/** Both, with a word where nothing is left. */
export function label(text: string, charactersMax: number): string {
  return cutMiddle(cleanText(text), charactersMax) || '(no name)';
}
