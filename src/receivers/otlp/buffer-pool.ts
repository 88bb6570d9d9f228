/**
 * Buffers for requests, used again: a fresh buffer of some 100 KiB costs more in page faults than the
 * copy into it. Sizes are powers of two from 4 KiB to 1 MiB; larger ones are made and thrown away.
 * Keeps at most `bytesMax` idle bytes. A buffer given back must no longer be read by anyone.
 */
const CLASS_BYTES_MIN = 4096;
export const POOLED_BYTES_MAX: number = 1024 * 1024;

export class BufferPool {
  readonly #bytesMax: number;
  readonly #idle: Buffer[][] = [];
  #idleBytes = 0;

  /** @default 16 MiB */
  constructor(bytesMax: number = 16 * 1024 * 1024) {
    this.#bytesMax = bytesMax;
  }

  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** At least `length` bytes, their content left over from earlier use. */
  take(length: number): Buffer {
    if (length > POOLED_BYTES_MAX) return Buffer.allocUnsafeSlow(length);
    const buffer = this.#idle[classOf(length)]?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(CLASS_BYTES_MIN << classOf(length));
    this.#idleBytes -= buffer.length;
    return buffer;
  }

  give(buffer: Buffer): void {
    if (buffer.length > POOLED_BYTES_MAX || this.#idleBytes + buffer.length > this.#bytesMax)
      return;
    const at = classOf(buffer.length);
    const idle = this.#idle[at];
    if (idle === undefined) this.#idle[at] = [buffer];
    else idle.push(buffer);
    this.#idleBytes += buffer.length;
  }
}

function classOf(length: number): number {
  return length <= CLASS_BYTES_MIN ? 0 : 32 - Math.clz32((length - 1) >>> 12);
}
