/**
 * The OpenTelemetry entry of a W3C tracestate, read from its bytes without making strings.
 *
 * tracestate is `key=value` members parted by commas, with optional blanks around each. The value of
 * `ot` is `key:value` pairs parted by semicolons, of which two concern sampling: `th`, the rejection
 * threshold T, one to fourteen lower-case hexadecimal digits with trailing zeros left off, and `rv`,
 * the randomness R, exactly fourteen ("TraceState: Probability Sampling", OpenTelemetry). What does
 * not look like this is treated as absent. 56-bit numbers are held as a high part of 24 bits and a
 * low one of 32.
 */
const DIGITS = 14;
const EQUALS = 0x3d;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;
const COLON = 0x3a;

/** Reused by its owner: a read overwrites what the last one found. */
export class OtTraceState {
  hasThreshold = false;
  thresholdHigh = 0;
  thresholdLow = 0;
  hasRandomness = false;
  randomnessHigh = 0;
  randomnessLow = 0;

  read(bytes: Uint8Array, offset: number, length: number): void {
    this.hasThreshold = false;
    this.hasRandomness = false;
    const end = offset + length;
    let at = offset;
    while (at < end) {
      while (at < end && isBlank(bytes[at]!)) at++;
      let memberEnd = at;
      while (memberEnd < end && bytes[memberEnd] !== COMMA) memberEnd++;
      // `ot=`: the first such member is the one.
      if (bytes[at] === 0x6f && bytes[at + 1] === 0x74 && bytes[at + 2] === EQUALS) {
        if (at + 3 <= memberEnd) this.#readEntry(bytes, at + 3, memberEnd);
        return;
      }
      at = memberEnd + 1;
    }
  }

  /** The adjusted count 2^56 / (2^56 − T): how many spans this one stands for; 1 without T. */
  adjustedCount(): number {
    if (!this.hasThreshold) return 1;
    const kept = 2 ** 56 - (this.thresholdHigh * 2 ** 32 + this.thresholdLow);
    return 2 ** 56 / Math.max(1, kept);
  }

  #readEntry(bytes: Uint8Array, start: number, end: number): void {
    let stop = end;
    while (stop > start && isBlank(bytes[stop - 1]!)) stop--;
    let at = start;
    while (at < stop) {
      let next = at;
      while (next < stop && bytes[next] !== SEMICOLON) next++;
      if (bytes[at + 2] === COLON && at + 3 <= next) {
        if (bytes[at] === 0x74 && bytes[at + 1] === 0x68) this.#readThreshold(bytes, at + 3, next);
        if (bytes[at] === 0x72 && bytes[at + 1] === 0x76) this.#readRandomness(bytes, at + 3, next);
      }
      at = next + 1;
    }
  }

  #readThreshold(bytes: Uint8Array, start: number, end: number): void {
    const digits = end - start;
    if (digits < 1 || digits > DIGITS || !areHexadecimal(bytes, start, end)) return;
    this.hasThreshold = true;
    this.thresholdHigh = digitsOf(bytes, start, end, 0, 6);
    this.thresholdLow = digitsOf(bytes, start, end, 6, DIGITS);
  }

  #readRandomness(bytes: Uint8Array, start: number, end: number): void {
    if (end - start !== DIGITS || !areHexadecimal(bytes, start, end)) return;
    this.hasRandomness = true;
    this.randomnessHigh = digitsOf(bytes, start, end, 0, 6);
    this.randomnessLow = digitsOf(bytes, start, end, 6, DIGITS);
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** Value of a lower-case hexadecimal digit, or −1. */
function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  return -1;
}

function areHexadecimal(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (digitOf(bytes[i]!) < 0) return false;
  return true;
}

/** Digits `from` to `to` of a number that ends early with zeros left off. */
function digitsOf(bytes: Uint8Array, start: number, end: number, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    value = (value << 4) | (start + i < end ? digitOf(bytes[start + i]!) : 0);
  }
  return value >>> 0;
}
