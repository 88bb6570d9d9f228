/**
 * Byte strings one behind the other, each at a multiple of four, so that they are compared by words with
 * bytes that lie anywhere. Grows by doubling; its owner bounds what goes in.
 */
/** Longer ones are copied at once. */
const COPIED_BY_WORDS_MAX = 128;

export class AlignedArena {
  bytes: Uint8Array = new Uint8Array(1 << 16);
  #words: Int32Array = new Int32Array(this.bytes.buffer);
  #view: DataView = new DataView(this.bytes.buffer);
  #used = 0;

  clear(): void {
    this.#used = 0;
  }

  /** Copies [from, from + length) of the bytes that `view` is over, and returns their place. */
  add(view: DataView, from: number, length: number): number {
    const offset = this.#used;
    const used = (offset + length + 3) & ~3;
    if (used > this.bytes.length) this.#grow(used);
    this.#used = used;
    if (length > COPIED_BY_WORDS_MAX) {
      this.bytes.set(new Uint8Array(view.buffer, view.byteOffset + from, length), offset);
      return offset;
    }
    const words = this.#words;
    const first = offset >>> 2;
    const count = length >>> 2;
    for (let i = 0; i < count; i++) words[first + i] = view.getInt32(from + i * 4, true);
    for (let i = count * 4; i < length; i++) this.bytes[offset + i] = view.getUint8(from + i);
    return offset;
  }

  /** Whether the bytes at `offset` are those of `view` at `from`. */
  equals(offset: number, length: number, view: DataView, from: number): boolean {
    if (length < 4) {
      for (let i = 0; i < length; i++)
        if (this.bytes[offset + i] !== view.getUint8(from + i)) return false;
      return true;
    }
    const words = this.#words;
    const first = offset >>> 2;
    const count = length >>> 2;
    for (let i = 0; i < count; i++) {
      if (words[first + i] !== view.getInt32(from + i * 4, true)) return false;
    }
    // The last word once more, with what is behind it.
    const last = length - 4;
    return this.#view.getInt32(offset + last, true) === view.getInt32(from + last, true);
  }

  /** Whether all bytes are below 128. */
  isAscii(offset: number, length: number): boolean {
    const words = this.#words;
    const first = offset >>> 2;
    const count = length >>> 2;
    let all = 0;
    for (let i = 0; i < count; i++) all |= words[first + i]!;
    for (let i = length & ~3; i < length; i++) all |= this.bytes[offset + i]!;
    return (all & 0x80808080) === 0;
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.#words = new Int32Array(bytes.buffer, 0, bytes.length >>> 2);
    this.#view = new DataView(bytes.buffer);
  }
}
