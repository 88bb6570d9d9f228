/**
 * Text from outside made fit for one line of a terminal or a diagram: white space is single spaces, and what cannot be seen, controls a terminal
 * or turns what follows around is told by its number (model/visible-text.ts), so that two names that differ are not told alike.
 */
import { visibleText } from '../../model/visible-text.ts';

const WHITE_SPACE = /[\t-\r\u0085\p{Z}]+/gu;
/** Longer input is cut before anything looks at it. */
const INPUT_MAX = 10_000;

export function cleanText(text: string): string {
  return visibleText(text.slice(0, INPUT_MAX).replace(WHITE_SPACE, ' ').trim(), true);
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
