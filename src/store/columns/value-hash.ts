/**
 * The hash of an attribute key with a value's text, for filters that tell which blocks cannot hold it.
 *
 * Over the UTF-8 of both, four bytes at a time. A text is what a search compares (`200`, `true`). Bytes
 * that are no UTF-8 are hashed as they are read: mended.
 */
const MULTIPLIER = 0x9e3779b1;
const END_OF_KEY = 0x5bd1e995;

/** @param view over the same bytes as `offset` counts from */
export function hashBytes(view: DataView, offset: number, length: number, seed: number): number {
  let hash = seed ^ length;
  let at = offset;
  const wordsEnd = offset + (length & ~3);
  for (; at < wordsEnd; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), MULTIPLIER);
    hash ^= hash >>> 15;
  }
  const end = offset + length;
  if (at < end) {
    let rest = 0;
    for (; at < end; at++) rest = (rest << 8) | view.getUint8(at);
    hash = Math.imul(hash ^ rest, MULTIPLIER);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

/** What `hashBytes` starts from for values under this key. */
export function keySeed(key: string): number {
  return hashText(key, END_OF_KEY);
}

/** A u32. */
export function valueHash(key: string, text: string): number {
  return hashText(text, keySeed(key)) >>> 0;
}

export function hashText(text: string, seed: number): number {
  const bytes = Buffer.from(text);
  return hashBytes(
    new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    0,
    bytes.length,
    seed,
  );
}

const digits = new DataView(new ArrayBuffer(8));

/** hashText of a number below 10^8, without its text. */
export function hashDecimal(value: number, seed: number): number {
  let at = 8;
  let rest = value;
  do {
    const high = Math.floor(rest / 10);
    digits.setUint8(--at, 0x30 + rest - high * 10);
    rest = high;
  } while (rest > 0);
  return hashBytes(digits, at, 8 - at, seed);
}
