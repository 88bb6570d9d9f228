/**
 * One request body while it arrives: frames are copied into one buffer, so that a sender of tiny frames
 * pins no more memory than it sent. The buffer doubles as bytes come, so that an announced length alone
 * costs nothing. How much may come is the caller's business.
 */
import type { BufferPool } from './buffer-pool.ts';

const FIRST_BYTES = 4096;
const NO_BYTES: Buffer = Buffer.alloc(0);

export class MessageBuffer {
  readonly #pool: BufferPool;
  readonly #lengthHint: number;
  #buffer: Buffer = NO_BYTES;
  #length = 0;

  /** `lengthHint`: what the sender announced; not trusted, but no more than that is allocated ahead. */
  constructor(pool: BufferPool, lengthHint: number) {
    this.#pool = pool;
    this.#lengthHint = lengthHint;
  }

  get length(): number {
    return this.#length;
  }

  /** A view, valid until `release`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#buffer.length) this.#grow(needed);
    this.#buffer.set(bytes, this.#length);
    this.#length = needed;
  }

  /** Gives the buffer back for others to write into. Safe to call twice. */
  release(): void {
    if (this.#buffer.length > 0) this.#pool.give(this.#buffer);
    this.#buffer = NO_BYTES;
    this.#length = 0;
  }

  #grow(needed: number) {
    const ahead = Math.min(this.#lengthHint, Math.max(FIRST_BYTES, 2 * needed));
    const larger = this.#pool.take(Math.max(needed, ahead));
    this.#buffer.copy(larger, 0, 0, this.#length);
    if (this.#buffer.length > 0) this.#pool.give(this.#buffer);
    this.#buffer = larger;
  }
}
