/**
 * Every text of a sender as the page shows it: nothing in it is unseen (model/visible-text.ts), and what is written from right to left keeps to
 * its own place between invisible isolates. What is copied from the page is brought back by `copiedText`. Elements are given it by
 * app/show-all-text.ts, whatever they are; who draws or writes without a renderer calls it.
 */
import { trueText, visibleText } from '../../model/visible-text.ts';

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const ISOLATES = /[\u2068\u2069]/g;

/** Line ends and tabs stay, as style sheets say what becomes of them. */
export function shownText(text: string): string {
  return isolated(visibleText(text));
}

/** Of a name, which is one line: two that differ in a line end are drawn apart too. */
export function shownName(name: string): string {
  return isolated(visibleText(name, true));
}

/** What is written so is not cut in its middle: its parts would stand in the wrong order. */
export function isRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text);
}

/** What was shown, as the sender wrote it. */
export function copiedText(shown: string): string {
  return trueText(shown.replace(ISOLATES, ''));
}

function isolated(visible: string): string {
  return isRightToLeft(visible) ? `${FIRST_STRONG_ISOLATE}${visible}${POP_ISOLATE}` : visible;
}
