/**
 * An outline as bytes, for whoever writes and whoever reads it. Little-endian:
 *
 *   u32 magic "STL1" · u32 length of the header in bytes · header, JSON in UTF-8 · zeros up to a multiple of 8 · columns
 *
 * The header names the columns with their type, length and place, counted from the first; each is padded to 8 bytes. One entry
 * a row, two of `spanId`, in depth-first order. Offsets count from the start of the trace, also in a sub-tree, whose first row
 * has no parent. 64 bytes a row.
 */
import type { TraceSummary } from './trace-summary.ts';

export const OUTLINE_MAGIC = 0x314c5453;

/** Bits of the column `flags`. */
export const OUTLINE_FLAGS = {
  stale: 1,
  orphan: 2,
  critical: 4,
  hasEvents: 8,
  hasLinks: 16,
  hasWarnings: 32,
  hasException: 64,
  outlives: 256,
  inMemoryOnly: 512,
} as const;

/** A stretch of the critical path: nanoseconds since the start of the trace. */
export interface CriticalSegment {
  readonly row: number;
  readonly fromNano: number;
  readonly toNano: number;
}

export interface OutlineHeader {
  readonly trace: TraceSummary;
  readonly services: readonly string[];
  readonly names: readonly string[];
  /** What the bits of `warnings` say, the lowest first. */
  readonly notes: readonly string[];
  /** Of the trace's rows the first that is here. */
  readonly rowFirst: number;
  readonly rowCount: number;
  readonly startUnixNano: bigint;
  /** Up to the last moment of any row of the trace: what runs does so until now. */
  readonly durationNano: bigint;
  readonly concurrencyMax: number;
  readonly laneCount: number;
  readonly criticalPath: readonly CriticalSegment[];
  /** Another one means that something of the trace has changed. */
  readonly revision: string;
  readonly columns: readonly ColumnPlace[];
}

const ARRAYS = {
  f64: Float64Array,
  u32: Uint32Array,
  i32: Int32Array,
  u16: Uint16Array,
  u8: Uint8Array,
} as const;

export type ColumnType = 'f64' | 'u32' | 'i32' | 'u16' | 'u8';

/** One entry a row. */
export interface OutlineColumns {
  /** Nanoseconds since the start of the trace. */
  readonly start: Float64Array;
  /** Nanoseconds; of a span that runs until now, or where its process is gone until the trace's last sign of life. */
  readonly duration: Float64Array;
  /** Nanoseconds of it in which no child was open; zero while it runs. */
  readonly self: Float64Array;
  /** Two a row: the first four bytes, then the last four, each as a big-endian number. */
  readonly spanId: Uint32Array;
  /** A row, or −1. */
  readonly parent: Int32Array;
  /** The row behind the last one below. */
  readonly subtreeEnd: Uint32Array;
  /** Index into `names`. */
  readonly name: Uint32Array;
  readonly childCount: Uint32Array;
  /** Spans below that failed. */
  readonly errorsBelow: Uint32Array;
  /** In the trace, also in a sub-tree; 65,535 stands for more. */
  readonly depth: Uint16Array;
  readonly lane: Uint16Array;
  /** Index into `services`. */
  readonly service: Uint16Array;
  readonly flags: Uint16Array;
  /** A bit for each of `notes`. */
  readonly warnings: Uint16Array;
  /** Index into SPAN_KINDS. */
  readonly kind: Uint8Array;
  /** Index into SPAN_STATUSES. */
  readonly status: Uint8Array;
}

/** The widest first. */
const TYPES: Readonly<Record<keyof OutlineColumns, ColumnType>> = {
  start: 'f64',
  duration: 'f64',
  self: 'f64',
  spanId: 'u32',
  parent: 'i32',
  subtreeEnd: 'u32',
  name: 'u32',
  childCount: 'u32',
  errorsBelow: 'u32',
  depth: 'u16',
  lane: 'u16',
  service: 'u16',
  flags: 'u16',
  warnings: 'u16',
  kind: 'u8',
  status: 'u8',
};

export interface ColumnPlace {
  readonly name: string;
  readonly type: ColumnType;
  /** Entries. */
  readonly length: number;
  /** From the start of the columns. */
  readonly byteOffset: number;
}

export function columnPlaces(rows: number): { columns: readonly ColumnPlace[]; bytes: number } {
  const columns: ColumnPlace[] = [];
  let bytes = 0;
  for (const [name, type] of Object.entries(TYPES)) {
    const length = name === 'spanId' ? rows * 2 : rows;
    columns.push({ name, type, length, byteOffset: bytes });
    bytes += Math.ceil((length * ARRAYS[type].BYTES_PER_ELEMENT) / 8) * 8;
  }
  return { columns, bytes };
}

/** @param at where the columns begin, a multiple of 8 */
export function layColumns(
  places: OutlineHeader['columns'],
  memory: ArrayBuffer,
  at: number,
): OutlineColumns {
  const laid = places.map(({ name, type, length, byteOffset }) => [
    name,
    new ARRAYS[type](memory, at + byteOffset, length),
  ]);
  return Object.fromEntries(laid) as OutlineColumns;
}
