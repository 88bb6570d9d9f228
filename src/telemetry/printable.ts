/**
 * Text from outside, made safe for a terminal or a log.
 *
 * Control characters (C0, DEL, C1), escape sequences made of them, line separators and the marks that
 * turn the direction of writing become U+FFFD. Tabs and line ends count as control characters too, so the
 * result is one line. Bounded: what is longer than `lengthMax` ends in an ellipsis.
 */
// C0 and C1 controls; U+2028/2029 line separators; U+200E/F, U+202A-E and U+2066-9 direction marks.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are its subject
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** @param lengthMax in UTF-16 units. @default 4096 */
export function printable(text: string, lengthMax: number = 4096): string {
  const clipped = text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text;
  return clipped.replace(UNSAFE, '\ufffd');
}
