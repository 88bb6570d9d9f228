/**
 * One request body while it arrives: frames are copied into one buffer, so that a sender of tiny frames
 * pins no more memory than it sent. What the buffer holds is charged to the byte budget before it is
 * allocated. A body whose length is known is given room at once up to 1 MiB; beyond that, and for a
 * length that is not known, room doubles as bytes come, so that an announced length alone costs nothing.
 */
import type { ByteBudget } from '../../pipeline/byte-budget.ts';
import type { BufferPool } from './buffer-pool.ts';

const AT_ONCE_BYTES_MAX = 1024 * 1024;
const FIRST_BYTES = 16 * 1024;

export class MessageBuffer {
  readonly #budget: ByteBudget;
  readonly #pool: BufferPool;
  /** Announced by the sender, or the largest allowed. */
  readonly #lengthMax: number;
  #buffer: Buffer = Buffer.alloc(0);
  #room = 0;
  #length = 0;

  constructor(budget: ByteBudget, pool: BufferPool, lengthMax: number) {
    this.#budget = budget;
    this.#pool = pool;
    this.#lengthMax = lengthMax;
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes of the budget that this body holds. */
  get chargedBytes(): number {
    return this.#room;
  }

  /** A view, valid until `release` or `recycle`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Bytes to take from the budget before `count` more fit; 0 where they fit already. */
  shortfall(count: number): number {
    const needed = this.#length + count;
    if (needed <= this.#room) return 0;
    const doubled = this.#room === 0 ? Math.max(FIRST_BYTES, count) : this.#room * 2;
    const target = this.#lengthMax <= AT_ONCE_BYTES_MAX ? this.#lengthMax : doubled;
    return Math.max(needed, Math.min(target, this.#lengthMax)) - this.#room;
  }

  /** Turns bytes taken from the budget into room. */
  grow(bytes: number): void {
    this.#room += bytes;
    const larger = this.#pool.take(this.#room);
    if (this.#length > 0) this.#buffer.copy(larger, 0, 0, this.#length);
    if (this.#buffer.length > 0) this.#pool.give(this.#buffer);
    this.#buffer = larger;
  }

  /** There must be room. */
  append(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Gives the buffer back for others to write into, and keeps the charge: its bytes live on elsewhere. */
  recycle(): void {
    if (this.#buffer.length > 0) this.#pool.give(this.#buffer);
    this.#buffer = Buffer.alloc(0);
    this.#length = 0;
  }

  /** Gives back buffer and charge. Safe to call twice. */
  release(): void {
    this.recycle();
    if (this.#room > 0) this.#budget.give(this.#room);
    this.#room = 0;
  }
}
