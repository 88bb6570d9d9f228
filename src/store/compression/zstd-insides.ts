/** What is used of a node:zlib stream's insides: one call that compresses or decompresses, and how much room and input it left. */
export interface ZstdInsides {
  readonly _handle: {
    writeSync(
      flush: number,
      input: Uint8Array,
      inputOffset: number,
      inputLength: number,
      output: Uint8Array,
      outputOffset: number,
      outputLength: number,
    ): void;
  };
  /** Room left, input left. */
  readonly _writeState: Uint32Array;
}
