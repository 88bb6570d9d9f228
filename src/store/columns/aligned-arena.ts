/**
 * Byte strings one behind the other, each at a multiple of four, so that they are compared by words with
 * bytes that lie anywhere. Grows by doubling; its owner bounds what goes in.
 */
export class AlignedArena {
  bytes: Uint8Array = new Uint8Array(1 << 16);
  #words: Int32Array = new Int32Array(this.bytes.buffer);
  #used = 0;

  clear(): void {
    this.#used = 0;
  }

  /** Copies [from, from + length) and returns its place. */
  add(bytes: Uint8Array, from: number, length: number): number {
    const offset = this.#used;
    const used = (offset + length + 3) & ~3;
    if (used > this.bytes.length) this.#grow(used);
    this.#used = used;
    const own = this.bytes;
    if (length > 64) own.set(bytes.subarray(from, from + length), offset);
    else for (let i = 0; i < length; i++) own[offset + i] = bytes[from + i]!;
    return offset;
  }

  /** Whether the bytes at `offset` are those of `view` at `from`. */
  equals(offset: number, length: number, view: DataView, from: number): boolean {
    const words = this.#words;
    const count = length >>> 2;
    const first = offset >>> 2;
    for (let i = 0; i < count; i++) {
      if (words[first + i] !== view.getInt32(from + i * 4, true)) return false;
    }
    for (let i = length & ~3; i < length; i++) {
      if (this.bytes[offset + i] !== view.getUint8(from + i)) return false;
    }
    return true;
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.#words = new Int32Array(bytes.buffer, 0, bytes.length >>> 2);
  }
}
