/**
 * Cuts strings into what they have in common and the numbers in them: `/cart/e0c202ad` is a template with
 * one number, `10.45.28.42` one with four. A template is the string's bytes with each number replaced by
 *
 *   1 width  lower-case hexadecimal digits, 1 to 8, as they are in hashes and UUIDs
 *   2        decimal digits, at most 7, without a leading zero
 *   3 width  decimal digits, 2 to 7, the first of them zero
 *
 * A string that has bytes below 4 of its own is a template without numbers, after a 0.
 */
const HEX = 1;
const DECIMAL = 2;
const PADDED = 3;
const WHOLE = 0;

export const SLOTS_MAX = 8;
const HEX_DIGITS = 8;
/** Shorter runs of hexadecimal digits are words, but for those of a UUID. */
const HEX_RUN_MIN = 8;
const UUID_RUN = 4;

const DIGIT = 1;
const HEX_LETTER = 2;
const OTHER_LETTER = 4;
const CLASSES = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x30 && byte <= 0x39) return DIGIT;
  if (byte >= 0x61 && byte <= 0x66) return HEX_LETTER;
  const isLetter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x67 && byte <= 0x7a);
  return isLetter || byte >= 0x80 ? OTHER_LETTER : 0;
});
const HEX_VALUES = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x61 ? byte - 0x57 : byte - 0x30,
);

export class TemplateCutter {
  /** Of the string that was cut last. */
  template: Uint8Array = new Uint8Array(512);
  view: DataView = new DataView(this.template.buffer);
  length = 0;
  readonly slots: Float64Array = new Float64Array(SLOTS_MAX);
  slotCount = 0;

  cut(bytes: Uint8Array, start: number, end: number): void {
    const room = (end - start) * 2 + 2;
    if (this.template.length < room) {
      this.template = new Uint8Array(room * 2);
      this.view = new DataView(this.template.buffer);
    }
    this.slotCount = 0;
    const out = this.template;
    let length = 0;
    let hexEnd = -1;
    let i = start;
    while (i < end) {
      const byte = bytes[i]!;
      if (CLASSES[byte] === 0) {
        if (byte < 4) {
          this.#whole(bytes, start, end);
          return;
        }
        out[length++] = byte;
        i++;
        continue;
      }
      let all = 0;
      let run = i;
      let digits = i;
      for (; run < end; run++) {
        const kind = CLASSES[bytes[run]!]!;
        if (kind === 0) break;
        if (kind !== DIGIT) digits = run + 1;
        all |= kind;
      }
      if (digits === run && (all & OTHER_LETTER) !== 0) {
        // A word: most runs are.
        for (; i < run; i++) out[length++] = bytes[i]!;
        continue;
      }
      const isHex =
        (all & OTHER_LETTER) === 0 &&
        (run - i >= HEX_RUN_MIN ||
          (run - i === UUID_RUN && hexEnd === i - 1 && bytes[hexEnd] === 0x2d));
      this.length = length;
      if (isHex) {
        hexEnd = run;
        i = this.#hex(bytes, i, run);
      } else if (run - digits > 0 && run - digits < 8) {
        for (; i < digits; i++) out[this.length++] = bytes[i]!;
        i = this.#decimal(bytes, i, run);
      }
      length = this.length;
      for (; i < run; i++) out[length++] = bytes[i]!;
    }
    this.length = length;
  }

  /** Returns where it stopped: at `end`, or before where there are too many numbers. */
  #hex(bytes: Uint8Array, start: number, end: number): number {
    let i = start;
    while (i < end && this.slotCount < SLOTS_MAX) {
      const width = Math.min(HEX_DIGITS, end - i);
      let value = 0;
      for (const stop = i + width; i < stop; i++) value = (value << 4) | HEX_VALUES[bytes[i]!]!;
      this.template[this.length++] = HEX;
      this.template[this.length++] = width;
      this.slots[this.slotCount++] = value >>> 0;
    }
    return i;
  }

  #decimal(bytes: Uint8Array, start: number, end: number): number {
    if (this.slotCount === SLOTS_MAX) return start;
    let value = 0;
    for (let i = start; i < end; i++) value = value * 10 + HEX_VALUES[bytes[i]!]!;
    if (bytes[start] === 0x30 && end - start > 1) {
      this.template[this.length++] = PADDED;
      this.template[this.length++] = end - start;
    } else this.template[this.length++] = DECIMAL;
    this.slots[this.slotCount++] = value;
    return end;
  }

  #whole(bytes: Uint8Array, start: number, end: number): void {
    this.template[0] = WHOLE;
    for (let i = start; i < end; i++) this.template[1 + i - start] = bytes[i]!;
    this.length = 1 + end - start;
    this.slotCount = 0;
  }
}

/** How many numbers a template wants, or −1 where it is none. */
export function slotsOf(template: Uint8Array): number {
  if (template[0] === WHOLE) return 0;
  let count = 0;
  for (let i = 0; i < template.length; i++) {
    const byte = template[i]!;
    if (byte === WHOLE) return -1;
    if (byte > PADDED) continue;
    count++;
    if (byte === DECIMAL) continue;
    const width = template[++i];
    if (width === undefined || width === 0 || width > HEX_DIGITS) return -1;
  }
  return count > SLOTS_MAX ? -1 : count;
}

/** Bytes that the strings of a template have at most. */
export function filledMax(template: Uint8Array): number {
  return template.length + SLOTS_MAX * 10;
}

const DIGITS = Buffer.from('0123456789abcdef');

/** Writes the string of a template and its numbers at `at`; returns its end. */
export function fillTemplate(
  template: Uint8Array,
  numbers: ArrayLike<number>,
  out: Uint8Array,
  at: number,
): number {
  if (template[0] === WHOLE) {
    out.set(template.subarray(1), at);
    return at + template.length - 1;
  }
  let end = at;
  let slot = 0;
  for (let i = 0; i < template.length; i++) {
    const byte = template[i]!;
    if (byte > PADDED) {
      out[end++] = byte;
      continue;
    }
    let value = numbers[slot++]!;
    let width: number;
    if (byte === DECIMAL) {
      width = 1;
      for (let limit = 10; value >= limit; limit *= 10) width++;
    } else width = template[++i]!;
    const base = byte === HEX ? 16 : 10;
    for (let d = end + width - 1; d >= end; d--) {
      const rest = Math.floor(value / base);
      out[d] = DIGITS[value - rest * base]!;
      value = rest;
    }
    end += width;
  }
  return end;
}
