/**
 * zstd into memory of the caller's, one frame a call, with one context for all calls.
 *
 * node:zlib's zstdCompressSync makes a context and a buffer of the input's size anew each time: 0.1 µs a span, and garbage
 * outside the heap that keeps V8 marking. Its streams own a context that can be driven directly, by names that Node does
 * not document (minizlib, under npm itself, lives by the same ones). Where they are not as expected, the public function is used.
 */
import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib';
import type { ZstdInsides } from './zstd-insides.ts';

export interface ZstdSettings {
  /** @default 1 */
  readonly level?: number;
  /** log2 of how far back a match may lie; a window that fits the processor's cache is faster. */
  readonly windowLog?: number;
}

/** zstd's own bound: output of this size is never too small. */
export function compressBound(length: number): number {
  return length + (length >>> 8) + 512;
}

export class ZstdCompressor {
  readonly #options: { readonly params: Record<number, number> };
  readonly #insides: ZstdInsides | undefined;

  constructor({ level = 1, windowLog }: ZstdSettings = {}) {
    const params: Record<number, number> = { [constants.ZSTD_c_compressionLevel]: level };
    if (windowLog !== undefined) params[constants.ZSTD_c_windowLog] = windowLog;
    this.#options = { params };
    const stream = createZstdCompress(this.#options) as unknown as Partial<ZstdInsides>;
    if (typeof stream._handle?.writeSync === 'function' && stream._writeState?.length === 2)
      this.#insides = stream as ZstdInsides;
  }

  /**
   * Writes one frame to `output` from `offset` on and returns its length. `output` has room for
   * compressBound(input.length) bytes there. @throws RangeError where it has not
   */
  compress(input: Uint8Array, output: Uint8Array, offset: number): number {
    const room = output.length - offset;
    if (room < compressBound(input.length)) throw new RangeError('no room to compress into');
    if (this.#insides === undefined) {
      const frame = zstdCompressSync(input, {
        ...this.#options,
        chunkSize: compressBound(input.length),
      });
      output.set(frame, offset);
      return frame.length;
    }
    const { _handle, _writeState } = this.#insides;
    _handle.writeSync(constants.ZSTD_e_end, input, 0, input.length, output, offset, room);
    if (_writeState[1] !== 0) throw new Error('zstd left input behind');
    return room - _writeState[0]!;
  }
}
