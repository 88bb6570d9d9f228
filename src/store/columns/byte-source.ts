/** Where the bytes of a column block lie: in memory, or in a file of which only pieces are read. */
export interface ByteSource {
  readonly length: number;
  /**
   * The bytes [offset, offset + length), which the caller does not write to. Fewer where the source ends
   * before: the caller notices.
   */
  read(offset: number, length: number): Uint8Array;
}

/** A block that is in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    length: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
  };
}
