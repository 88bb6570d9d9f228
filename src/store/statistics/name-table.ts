/**
 * Names (services, operations) as small numbers, found by their bytes: no string is made for a name
 * that was seen before. Owns a copy of each name's bytes. Its owner bounds the number of names; a
 * name longer than NAME_BYTES_MAX is known by its beginning.
 */
export const NAME_BYTES_MAX = 256;

export const NO_NAME = -1;

export class NameTable {
  #arena = new Uint8Array(1_024);
  #arenaUsed = 0;
  /** Offset and length of each name, in pairs. */
  #places = new Uint32Array(64);
  #count = 0;
  /** Open addressing over ids, −1 where free; at most half full. */
  #slots = new Int32Array(64).fill(-1);
  #hashes = new Int32Array(32);

  get count(): number {
    return this.#count;
  }

  /** The id of a name, or NO_NAME where it is new and `mayAdd` is false. */
  id(bytes: Uint8Array, offset: number, length: number, mayAdd: boolean): number {
    const size = length > NAME_BYTES_MAX ? NAME_BYTES_MAX : length;
    const end = offset + size;
    let hash = size;
    let i = offset;
    // Four bytes a step: each waits for the multiplication before it.
    for (; i + 4 <= end; i += 4) {
      const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot]!;
      if (id < 0) return mayAdd ? this.#add(slot, hash, bytes, offset, size) : NO_NAME;
      if (this.#hashes[id] === hash && this.#equals(id, bytes, offset, size)) return id;
    }
  }

  /** A view of the name's bytes. */
  bytes(id: number): Uint8Array {
    const offset = this.#places[id * 2]!;
    return this.#arena.subarray(offset, offset + this.#places[id * 2 + 1]!);
  }

  text(id: number): string {
    return Buffer.from(this.bytes(id)).toString('utf8');
  }

  #equals(id: number, bytes: Uint8Array, offset: number, length: number): boolean {
    if (this.#places[id * 2 + 1] !== length) return false;
    const arena = this.#arena;
    const at = this.#places[id * 2]!;
    for (let i = 0; i < length; i++) if (arena[at + i] !== bytes[offset + i]) return false;
    return true;
  }

  #add(slot: number, hash: number, bytes: Uint8Array, offset: number, length: number): number {
    if (this.#arenaUsed + length > this.#arena.length) {
      const arena = new Uint8Array((this.#arena.length + length) * 2);
      arena.set(this.#arena);
      this.#arena = arena;
    }
    this.#arena.set(bytes.subarray(offset, offset + length), this.#arenaUsed);
    const id = this.#count++;
    if (id === this.#hashes.length) this.#grow();
    this.#places[id * 2] = this.#arenaUsed;
    this.#places[id * 2 + 1] = length;
    this.#hashes[id] = hash;
    this.#arenaUsed += length;
    this.#slots[slot] = id;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return id;
  }

  #grow(): void {
    const places = new Uint32Array(this.#places.length * 2);
    places.set(this.#places);
    this.#places = places;
    const hashes = new Int32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#count; id++) {
      let slot = this.#hashes[id]! & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }
}
