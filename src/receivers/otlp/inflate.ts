/**
 * Bounded decompression of request bodies. It owns the limit and the order of large inflations, and
 * knows no protocol: what to answer is the caller's business.
 *
 * Small bodies are inflated at once on the calling thread, which costs less than the way to the thread
 * pool. Whatever turns out larger than 1 MiB is inflated off the thread, one body at a time, so that a
 * pile of bombs neither stalls the loop nor holds more than one output beyond the byte budget.
 *
 * Node stops after the first zstd frame and says nothing of the rest; a body may have more (RFC 8878,
 * 3), so the others are inflated too, up to FRAMES_MAX. Bytes after gzip or zlib data are an error.
 */
import zlib from 'node:zlib';

/** `deflate` is the zlib format, as HTTP and gRPC both mean it. */
export const INFLATABLE = ['gzip', 'deflate', 'zstd'] as const;
export type Inflatable = (typeof INFLATABLE)[number];

export type InflateResult =
  | { readonly status: 'ok'; readonly bytes: Uint8Array }
  | { readonly status: 'too_large' }
  | { readonly status: 'corrupt'; readonly reason: string };

/** With `info`, node:zlib gives the engine beside the output; its types do not say so. */
interface Inflated {
  readonly buffer: Buffer;
  /** `bytesWritten` is the input that was used. */
  readonly engine: { readonly bytesWritten: number };
}
interface Options extends zlib.ZlibOptions {
  readonly info: true;
}
type Sync = (bytes: Uint8Array, options: Options) => Inflated;
type Async = (
  bytes: Uint8Array,
  options: Options,
  done: (error: Error | null, result: Inflated) => void,
) => void;

const CODECS = {
  gzip: { sync: zlib.gunzipSync, async: zlib.gunzip },
  deflate: { sync: zlib.inflateSync, async: zlib.inflate },
  zstd: { sync: zlib.zstdDecompressSync, async: zlib.zstdDecompress },
} as unknown as Readonly<Record<Inflatable, { readonly sync: Sync; readonly async: Async }>>;

const AT_ONCE_BYTES_MAX = 1024 * 1024;
const FRAMES_MAX = 64;

export class Inflater {
  readonly #outputBytesMax: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(outputBytesMax: number) {
    this.#outputBytesMax = outputBytesMax;
  }

  /** Never throws. The input must stay untouched until the result is there. */
  inflate(bytes: Uint8Array, encoding: Inflatable): InflateResult | Promise<InflateResult> {
    const { sync, async } = CODECS[encoding];
    const limit = Math.min(AT_ONCE_BYTES_MAX, this.#outputBytesMax);
    try {
      const pieces = new Pieces(bytes, encoding, limit);
      while (!pieces.complete) pieces.add(sync(pieces.rest, pieces.options));
      return { status: 'ok', bytes: pieces.join() };
    } catch (error) {
      if (!isTooLarge(error)) return corrupt(error);
      if (limit === this.#outputBytesMax) return { status: 'too_large' };
    }
    const result = this.#last.then(() => this.#inflateLarge(async, bytes, encoding));
    this.#last = result;
    return result;
  }

  async #inflateLarge(
    inflate: Async,
    bytes: Uint8Array,
    encoding: Inflatable,
  ): Promise<InflateResult> {
    try {
      const pieces = new Pieces(bytes, encoding, this.#outputBytesMax);
      while (!pieces.complete)
        pieces.add(
          await new Promise<Inflated>((resolve, reject) =>
            inflate(pieces.rest, pieces.options, (error, result) =>
              error ? reject(error) : resolve(result),
            ),
          ),
        );
      return { status: 'ok', bytes: pieces.join() };
    } catch (error) {
      return isTooLarge(error) ? { status: 'too_large' } : corrupt(error);
    }
  }
}

/** The frames of one body, of which all but zstd's have exactly one. */
class Pieces {
  rest: Uint8Array;
  complete = false;
  readonly #outputs: Buffer[] = [];
  readonly #framesMax: number;
  #room: number;

  constructor(bytes: Uint8Array, encoding: Inflatable, outputBytesMax: number) {
    this.rest = bytes;
    this.#framesMax = encoding === 'zstd' ? FRAMES_MAX : 1;
    this.#room = outputBytesMax;
  }

  get options(): Options {
    // Chunks that hold the whole output spare a copy.
    const chunkSize = Math.min(1 << 18, Math.max(1 << 14, this.rest.length * 8));
    return { info: true, chunkSize, maxOutputLength: Math.max(1, this.#room) };
  }

  add({ buffer, engine }: Inflated): void {
    this.#outputs.push(buffer);
    this.#room -= buffer.length;
    this.rest = this.rest.subarray(engine.bytesWritten);
    this.complete = this.rest.length === 0;
    if (this.#room < 0) throw tooLarge();
    if (!this.complete && this.#outputs.length === this.#framesMax)
      throw new Error('unexpected bytes after the compressed data');
  }

  join(): Uint8Array {
    return this.#outputs.length === 1 ? this.#outputs[0]! : Buffer.concat(this.#outputs);
  }
}

function tooLarge(): Error {
  return Object.assign(new Error('too large'), { code: 'ERR_BUFFER_TOO_LARGE' });
}

function isTooLarge(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
}

function corrupt(error: unknown): InflateResult {
  return { status: 'corrupt', reason: (error as Error).message };
}
