/** Each different frame once, for as long as somebody holds it. */
export class SharedFrames {
  readonly #byContent = new Map<string, { readonly bytes: Uint8Array; holders: number }>();
  #bytes = 0;

  /** Of the frames that are held, each counted with its key. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A copy that equal frames share; let it go with `release`. */
  hold(frame: Uint8Array): Uint8Array {
    const content = contentOf(frame);
    const known = this.#byContent.get(content);
    if (known !== undefined) {
      known.holders++;
      return known.bytes;
    }
    const bytes = Uint8Array.from(frame);
    this.#byContent.set(content, { bytes, holders: 1 });
    this.#bytes += bytes.length * 2;
    return bytes;
  }

  release(frame: Uint8Array): void {
    const content = contentOf(frame);
    const known = this.#byContent.get(content);
    if (known === undefined || --known.holders > 0) return;
    this.#byContent.delete(content);
    this.#bytes -= known.bytes.length * 2;
  }
}

function contentOf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}
