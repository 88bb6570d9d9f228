/** Bits one after the other, the lowest of a byte first: what postings are packed into. */

export class BitWriter {
  #bytes = new Uint8Array(256);
  #at = 0;

  /** The lowest `count` bits of `value`; `count` up to 32. */
  write(value: number, count: number): void {
    if ((this.#at + count + 7) >>> 3 > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    let left = value;
    for (let rest = count; rest > 0; ) {
      const shift = this.#at & 7;
      const taken = Math.min(8 - shift, rest);
      this.#bytes[this.#at >>> 3]! |= (left & ((1 << taken) - 1)) << shift;
      left >>>= taken;
      rest -= taken;
      this.#at += taken;
    }
  }

  /** `value` ones and a zero. */
  unary(value: number): void {
    let left = value;
    for (; left > 30; left -= 30) this.write(0x3fffffff, 30);
    this.write((1 << left) - 1, left + 1);
  }

  /** What was written, the last byte filled up with zeros; then empty again. */
  take(): Uint8Array {
    const bytes = this.#bytes.slice(0, (this.#at + 7) >>> 3);
    this.#bytes.fill(0, 0, bytes.length);
    this.#at = 0;
    return bytes;
  }
}

/** Beyond the end it reads zeros. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(count: number): number {
    let value = 0;
    for (let got = 0; got < count; ) {
      const shift = this.#at & 7;
      const taken = Math.min(8 - shift, count - got);
      const bits = ((this.#bytes[this.#at >>> 3] ?? 0) >>> shift) & ((1 << taken) - 1);
      value |= bits << got;
      got += taken;
      this.#at += taken;
    }
    return value >>> 0;
  }

  /** At most as many as there are bits. */
  unary(): number {
    let count = 0;
    while (this.read(1) === 1) count++;
    return count;
  }
}
