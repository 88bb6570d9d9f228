/**
 * The hash of an attribute: its key and its value as they stand on the wire, for filters that tell where a value cannot be.
 *
 * Hot: nearly every attribute received passes here, so a key is known by its length and its ends, a long text by its
 * length and its ends too, and four bytes are taken at a time. A value has one hash however it was encoded; a text that a search asks
 * for has a hash for each type it may be of (`hashesOfText`).
 */
const MULTIPLIER = 0x9e3779b1;
const INT = 0x51ed270b;
const DOUBLE = 0x2545f491;
const BOOL = 0x1b873593;
const STRING = 0x7feb352d;
/** Of a text: from its beginning and from its end. */
const TEXT_START = 32;
const TEXT_END = 16;
const NOT_A_NUMBER = 0x7ff80000;

function mix(hash: number, word: number): number {
  return Math.imul(((hash << 5) | (hash >>> 27)) ^ word, MULTIPLIER);
}

/** What was mixed last has reached the highest bits only. */
function finished(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

function mixBytes(start: number, view: DataView, from: number, to: number): number {
  let hash = start;
  let at = from;
  for (; at + 4 <= to; at += 4) hash = mix(hash, view.getInt32(at, true));
  if (at < to) {
    let rest = 0;
    for (; at < to; at++) rest = (rest << 8) | view.getUint8(at);
    hash = mix(hash, rest);
  }
  return hash;
}

/** What the hashes of values under this key begin with. */
export function keyHash(view: DataView, offset: number, length: number): number {
  if (length < 8) return mixBytes(length, view, offset, offset + length);
  return mix(mix(length, view.getInt32(offset, true)), view.getInt32(offset + length - 4, true));
}

/** All four return a u32. */
export function stringHash(key: number, view: DataView, offset: number, length: number): number {
  const seed = mix(key, STRING + length);
  const end = offset + length;
  if (length <= TEXT_START + TEXT_END) return finished(mixBytes(seed, view, offset, end));
  const hash = mixBytes(seed, view, offset, offset + TEXT_START);
  return finished(mixBytes(hash, view, end - TEXT_END, end));
}

export function intHash(key: number, low: number, high: number): number {
  return finished(mix(mix(mix(key, INT), low), high));
}

/** The words of an IEEE 754 double. Zeros are one value, and so are all that are no number. */
export function doubleHash(key: number, low: number, high: number): number {
  const isZero = low === 0 && (high & 0x7fffffff) === 0;
  const isNoNumber = (high & 0x7ff00000) === 0x7ff00000 && ((high & 0xfffff) | low) !== 0;
  const seed = mix(key, DOUBLE);
  if (isZero) return finished(mix(mix(seed, 0), 0));
  if (isNoNumber) return finished(mix(mix(seed, 0), NOT_A_NUMBER));
  return finished(mix(mix(seed, low), high));
}

export function boolHash(key: number, isTrue: boolean): number {
  return finished(mix(mix(key, BOOL), isTrue ? 1 : 0));
}

const INTEGER = /^(0|-?[1-9]\d{0,18})$/;

/** The hashes of every value that reads as this text. */
export function hashesOfText(key: string, text: string): number[] {
  const keyBytes = viewOf(key);
  const seed = keyHash(keyBytes, 0, keyBytes.byteLength);
  const bytes = viewOf(text);
  const hashes = [stringHash(seed, bytes, 0, bytes.byteLength)];
  if (text === 'true' || text === 'false') hashes.push(boolHash(seed, text === 'true'));
  if (INTEGER.test(text)) {
    const value = BigInt.asUintN(64, BigInt(text));
    hashes.push(intHash(seed, Number(value & 0xffffffffn) | 0, Number(value >> 32n) | 0));
  }
  if (String(Number(text)) === text) {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, Number(text), true);
    hashes.push(doubleHash(seed, view.getInt32(0, true), view.getInt32(4, true)));
  }
  return hashes;
}

function viewOf(text: string): DataView {
  const { buffer, byteOffset, byteLength } = Buffer.from(text);
  return new DataView(buffer, byteOffset, byteLength);
}
