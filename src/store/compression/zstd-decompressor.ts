/**
 * zstd frames of known length, decompressed with one context for all calls. node:zlib makes a context anew each time, which
 * takes longer than a small frame itself. What zstd-compressor.ts says of names that Node does not document holds here.
 */
import { constants, createZstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { ZstdInsides } from './zstd-insides.ts';

type Handle = ZstdInsides['_handle'] & {
  /** Called with what zstd says while writeSync runs. */
  onerror: (message: string) => void;
};

/** More is not kept from one glance to the next. */
const GLANCE_BYTES_MAX = 8 * 1024 * 1024;

export class ZstdDecompressor {
  #handle: Handle | undefined;
  #state: Uint32Array = new Uint32Array(2);
  #error: string | undefined;
  #isDocumentedOnly = false;
  #memory = new Uint8Array(0);

  /** Exactly `length` bytes, in memory of their own. @throws Error where it is no such frame */
  decompress(frame: Uint8Array, length: number): Uint8Array {
    return this.#into(undefined, frame, length);
  }

  /** The same in memory that the next call takes: no garbage, and it is still in the processor's cache. */
  glance(frame: Uint8Array, length: number): Uint8Array {
    if (length > GLANCE_BYTES_MAX) return this.decompress(frame, length);
    if (this.#memory.length <= length) this.#memory = new Uint8Array(length * 2 + 1);
    return this.#into(this.#memory.subarray(0, length + 1), frame, length);
  }

  #into(memory: Uint8Array | undefined, frame: Uint8Array, length: number): Uint8Array {
    this.#handle ??= this.#open();
    if (this.#handle === undefined) return documented(frame, length);
    // One byte more, so that a frame that is longer shows.
    const output = memory ?? new Uint8Array(length + 1);
    this.#error = undefined;
    this.#handle.writeSync(constants.ZSTD_e_end, frame, 0, frame.length, output, 0, output.length);
    const [outputLeft, inputLeft] = this.#state;
    if (this.#error === undefined && outputLeft === 1 && inputLeft === 0)
      return output.subarray(0, length);
    // What it stopped in the middle of must not go on with the next frame.
    this.#handle = undefined;
    throw new Error(this.#error ?? `no zstd frame of ${length} bytes`);
  }

  #open(): Handle | undefined {
    if (this.#isDocumentedOnly) return undefined;
    const stream = createZstdDecompress() as unknown as Partial<ZstdInsides>;
    const handle = stream._handle as Handle | undefined;
    if (typeof handle?.writeSync !== 'function' || stream._writeState?.length !== 2) {
      this.#isDocumentedOnly = true;
      return undefined;
    }
    handle.onerror = (message) => {
      this.#error = message;
    };
    this.#state = stream._writeState;
    return handle;
  }
}

function documented(frame: Uint8Array, length: number): Uint8Array {
  const output = zstdDecompressSync(frame, {
    chunkSize: Math.max(64, length + 1),
    maxOutputLength: Math.max(1, length),
  });
  if (output.length !== length) throw new Error(`no zstd frame of ${length} bytes`);
  return output;
}
