/**
 * How many bytes of requests may be in flight at once, over all receivers together.
 *
 * A taker that finds no room waits its turn, first come first served, and is refused when its time is
 * up. Waiters are bounded in bytes as well: beyond that bound nobody waits, and `overloaded` lets a
 * receiver refuse a request before it reads any of it. A single request larger than the whole budget
 * is admitted alone. Knows nothing of requests or protocols.
 */
import type { Clock } from '../model/clock.ts';

interface Waiter {
  readonly bytes: number;
  readonly settle: (admitted: boolean) => void;
  readonly cancelTimer: () => void;
}

export class ByteBudget {
  readonly bytesMax: number;
  readonly waitingBytesMax: number;
  #used = 0;
  #waitingBytes = 0;
  readonly #waiters = new Set<Waiter>();

  /** `waitingBytesMax` defaults to half of `bytesMax`. */
  constructor(bytesMax: number, waitingBytesMax: number = Math.ceil(bytesMax / 2)) {
    this.bytesMax = bytesMax;
    this.waitingBytesMax = waitingBytesMax;
  }

  /** Bytes taken and not given back. */
  get usedBytes(): number {
    return this.#used;
  }

  /** Bytes asked for by those who wait. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** No room now, and no room to wait either. */
  get overloaded(): boolean {
    return this.#used >= this.bytesMax && this.#waitingBytes >= this.waitingBytesMax;
  }

  /** Whether so much more may wait. One alone always may. */
  mayWait(bytes: number): boolean {
    return this.#waitingBytes === 0 || this.#waitingBytes + bytes <= this.waitingBytesMax;
  }

  /** Takes at once or not at all; never overtakes those who wait. */
  tryTake(bytes: number): boolean {
    if (this.#waiters.size > 0 || !this.#fits(bytes)) return false;
    this.#used += bytes;
    return true;
  }

  /**
   * True once the bytes are taken; false when `waitMs` passed, the signal aborted, or too much waits
   * already. What was taken is to be given back exactly once.
   */
  take(bytes: number, waitMs: number, clock: Clock, signal?: AbortSignal): Promise<boolean> {
    if (this.tryTake(bytes)) return Promise.resolve(true);
    if (signal?.aborted || !this.mayWait(bytes)) return Promise.resolve(false);
    return new Promise((resolve) => {
      const withdraw = (): void => waiter.settle(false);
      const waiter: Waiter = {
        bytes,
        cancelTimer: clock.schedule(waitMs, withdraw),
        settle: (admitted) => {
          if (!this.#waiters.delete(waiter)) return;
          this.#waitingBytes -= bytes;
          waiter.cancelTimer();
          signal?.removeEventListener('abort', withdraw);
          if (admitted) this.#used += bytes;
          resolve(admitted);
          // The one that left may have been in the way of smaller ones behind it.
          if (!admitted) this.#admit();
        },
      };
      this.#waiters.add(waiter);
      this.#waitingBytes += bytes;
      signal?.addEventListener('abort', withdraw);
    });
  }

  give(bytes: number): void {
    this.#used -= bytes;
    if (this.#used < 0) throw new RangeError('more bytes given back than were taken');
    if (this.#waiters.size > 0) this.#admit();
  }

  #fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.bytesMax;
  }

  #admit(): void {
    for (const waiter of this.#waiters) {
      if (!this.#fits(waiter.bytes)) return;
      waiter.settle(true);
    }
  }
}
