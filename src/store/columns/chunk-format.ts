/** The chunks of a column block, each read, checked and decompressed on its own. Byte table: decision 0009. */
export const BLOCK_MAGIC = 0x4b4e5953; // "SYNK"
export const BLOCK_VERSION = 1;
export const HEADER_BYTES = 16;
/** Number u8 · method u8 · zero u16 · bytes stored u32 · bytes u32 · CRC-32 of what is stored. */
export const CHUNK_ENTRY_BYTES = 16;

export const METHOD = { stored: 0, zstd: 1 } as const;

/**
 * Grouped by who reads them together, and within a group by how they compress: bytes without order are
 * stored, streams of few different bytes must not share a code with text.
 */
export const CHUNK = {
  /** Ops, shapes, and how each column is encoded. */
  meta: 0,
  /** Distinct resource and scope frames. */
  frames: 1,
  /** 16 bytes a trace. */
  traceIds: 2,
  /** 8 bytes a row, then what parents and links refer to outside of the block. */
  ids: 3,
  rowsDense: 4,
  rowsEven: 5,
  rowsSparse: 6,
  /** Dictionaries of span names. */
  names: 7,
  dense: 8,
  even: 9,
  sparse: 10,
  text: 11,
  rawSpans: 12,
} as const;
export const CHUNK_COUNT = 13;

/** Rows are numbered with 16 bits, and one number is left for none. */
export const ROWS_MAX = 65_535;

/** No chunk is larger than this before compression; a reader allocates no more for one. */
export const CHUNK_BYTES_MAX = 0x10000000;
