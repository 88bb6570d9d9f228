/**
 * Text from outside, made safe for a terminal or a log.
 *
 * Control characters (C0, DEL, C1), escape sequences made of them, line separators, marks that turn the direction of
 * writing and what has no shape are told by their numbers (model/visible-text.ts). Tabs and line ends count
 * as control characters too, so the result is one line. Bounded: what is longer than `lengthMax` ends in an ellipsis.
 */
import { visibleText } from '../model/visible-text.ts';

/** @param lengthMax in UTF-16 units, of what is printed. @default 4096 */
export function printable(text: string, lengthMax: number = 4096): string {
  const visible = visibleText(text.slice(0, lengthMax + 1), true);
  if (visible.length <= lengthMax) return visible;
  // Not between the halves of a surrogate pair.
  return `${visible.slice(0, lengthMax).replace(/[\ud800-\udbff]$/, '')}…`;
}
