/**
 * Reads the frames around spans, each distinct frame once: the spans of a trace share a handful.
 *
 * Lives for one projection and is then forgotten. It keeps as many decoded frames as there are distinct
 * ones among the records it is shown; whoever calls bounds those.
 */
import {
  type ResourceFrame,
  readResourceFrame,
  readScopeFrame,
  type ScopeFrame,
} from '../otlp/read-frames.ts';

export class FrameReader {
  readonly #resources = new FrameCache(readResourceFrame);
  readonly #scopes = new FrameCache(readScopeFrame);

  resource(bytes: Uint8Array): ResourceFrame {
    return this.#resources.read(bytes);
  }

  scope(bytes: Uint8Array): ScopeFrame {
    return this.#scopes.read(bytes);
  }
}

class FrameCache<Frame> {
  readonly #decode: (bytes: Uint8Array) => Frame;
  /** Equal frames often share one array, but need not. */
  readonly #byArray = new WeakMap<Uint8Array, Frame>();
  readonly #byContent = new Map<string, Frame>();

  constructor(decode: (bytes: Uint8Array) => Frame) {
    this.#decode = decode;
  }

  read(bytes: Uint8Array): Frame {
    const known = this.#byArray.get(bytes);
    if (known !== undefined) return known;
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    let frame = this.#byContent.get(content);
    if (frame === undefined) {
      frame = this.#decode(bytes);
      this.#byContent.set(content, frame);
    }
    this.#byArray.set(bytes, frame);
    return frame;
  }
}
