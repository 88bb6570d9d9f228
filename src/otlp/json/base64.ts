/** The values of base64 digits by character code, both alphabets of RFC 4648; 255 for anything else. */
const DIGITS = new Uint8Array(256).fill(255);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
for (let i = 0; i < ALPHABET.length; i++) DIGITS[ALPHABET.charCodeAt(i)] = i;
for (const [character, value] of [
  ['+', 62],
  ['-', 62],
  ['/', 63],
  ['_', 63],
] as const) {
  DIGITS[character.charCodeAt(0)] = value;
}

const PADDING = 0x3d;

/** Decodes ASCII base64 of either alphabet, padded or not; undefined where it is neither. */
export function decodeBase64(digits: Uint8Array): Uint8Array | undefined {
  let length = digits.length;
  if (length % 4 === 0) {
    if (length > 0 && digits[length - 1] === PADDING) length--;
    if (length > 0 && digits[length - 1] === PADDING) length--;
  }
  if (length % 4 === 1) return undefined;
  const output = new Uint8Array(Math.floor((length * 3) / 4));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < length; i++) {
    const digit = DIGITS[digits[i]!]!;
    if (digit === 255) return undefined;
    bits = ((bits << 6) | digit) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      output[at++] = bits >> held;
    }
  }
  return output;
}
