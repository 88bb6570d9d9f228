/**
 * The head of a block: what a reader must know to pass the block over without opening its body.
 * docs/decisions/0002-lmdb-layout.md has the byte table. Sections are found by type, so that filters, edges
 * and column statistics can join without a new version; a reader skips types that it does not know.
 */
import { crc32 } from 'node:zlib';
import { DamagedBlock } from '../columns/damaged-block.ts';

const HEAD_MAGIC = 0x484e5953; // "SYNH"
const HEAD_VERSION = 1;
const FIXED_BYTES = 96;
const SECTION_ENTRY_BYTES = 12;

const SECTIONS = {
  traceHashes: 1,
  services: 2,
  operations: 3,
  promoted: 4,
  extents: 5,
} as const;
/** Of an operation: errors u32, zero u32, shortest and longest duration f64. */
const EXTENT_BYTES = 24;

export interface OperationEntry {
  /** Index into `services`. */
  readonly service: number;
  /** Low four bits: OTel kind; high four: index into SPAN_KINDS. */
  readonly kind: number;
  readonly name: string;
  /** Spans with an error status. */
  readonly errors: number;
  /** Nanoseconds, rounded like every double; in a head that does not say, 0 and infinite. */
  readonly durationMin: number;
  readonly durationMax: number;
}

export interface BlockHead {
  readonly blockNumber: number;
  readonly spanCount: number;
  readonly bodyBytes: number;
  readonly arrivalMin: number;
  readonly arrivalMax: number;
  readonly startMin: bigint;
  readonly startMax: bigint;
  readonly durationMin: bigint;
  readonly durationMax: bigint;
  readonly errorCount: number;
  readonly writtenAtMs: number;
  /** Sorted, without repetition. */
  readonly traceHashes: Uint32Array;
  readonly services: readonly string[];
  readonly operations: readonly OperationEntry[];
  /** Four words a trace. */
  readonly promoted: Uint32Array;
}

export function encodeHead(head: BlockHead): Buffer {
  const sections: [type: number, bytes: Uint8Array][] = [
    [SECTIONS.traceHashes, bytesOf(head.traceHashes)],
    [SECTIONS.services, encodeNames(head.services.map((name) => [0, 0, name]))],
    [
      SECTIONS.operations,
      encodeNames(head.operations.map(({ service, kind, name }) => [service, kind, name])),
    ],
  ];
  if (head.promoted.length > 0) sections.push([SECTIONS.promoted, bytesOf(head.promoted)]);
  sections.push([SECTIONS.extents, encodeExtents(head.operations)]);
  let at = FIXED_BYTES + sections.length * SECTION_ENTRY_BYTES;
  const total = sections.reduce((sum, [, bytes]) => sum + bytes.length, at) + 4;
  const out = Buffer.alloc(total);
  out.writeUInt32LE(HEAD_MAGIC, 0);
  out.writeUInt16LE(HEAD_VERSION, 4);
  out.writeUInt16LE(sections.length, 6);
  out.writeUInt32LE(head.blockNumber, 8);
  out.writeUInt32LE(head.spanCount, 12);
  out.writeUInt32LE(head.bodyBytes, 16);
  out.writeUInt32LE(head.errorCount, 20);
  out.writeBigUInt64LE(BigInt(head.arrivalMin), 24);
  out.writeBigUInt64LE(BigInt(head.arrivalMax), 32);
  out.writeBigUInt64LE(head.startMin, 40);
  out.writeBigUInt64LE(head.startMax, 48);
  out.writeBigUInt64LE(head.durationMin, 56);
  out.writeBigUInt64LE(head.durationMax, 64);
  out.writeBigUInt64LE(BigInt(head.writtenAtMs), 72);
  // Bytes 80 to 95 stay zero: room for what comes.
  sections.forEach(([type, bytes], i) => {
    const entry = FIXED_BYTES + i * SECTION_ENTRY_BYTES;
    out.writeUInt32LE(type, entry);
    out.writeUInt32LE(at, entry + 4);
    out.writeUInt32LE(bytes.length, entry + 8);
    out.set(bytes, at);
    at += bytes.length;
  });
  out.writeUInt32LE(crc32(out.subarray(0, total - 4)), total - 4);
  return out;
}

/** @throws DamagedBlock */
export function decodeHead(bytes: Buffer): BlockHead {
  const end = bytes.length - 4;
  if (end < FIXED_BYTES || bytes.readUInt32LE(0) !== HEAD_MAGIC)
    throw new DamagedBlock('a block head has the wrong length or magic');
  if (bytes.readUInt32LE(end) !== crc32(bytes.subarray(0, end)))
    throw new DamagedBlock('a block head fails its checksum');
  if (bytes.readUInt16LE(4) !== HEAD_VERSION)
    throw new DamagedBlock(
      `a block head has format version ${bytes.readUInt16LE(4)}, this reads ${HEAD_VERSION}`,
    );
  const sections = new Map<number, Buffer>();
  for (let i = 0; i < bytes.readUInt16LE(6); i++) {
    const entry = FIXED_BYTES + i * SECTION_ENTRY_BYTES;
    const offset = bytes.readUInt32LE(entry + 4);
    sections.set(
      bytes.readUInt32LE(entry),
      bytes.subarray(offset, offset + bytes.readUInt32LE(entry + 8)),
    );
  }
  return {
    blockNumber: bytes.readUInt32LE(8),
    spanCount: bytes.readUInt32LE(12),
    bodyBytes: bytes.readUInt32LE(16),
    errorCount: bytes.readUInt32LE(20),
    arrivalMin: Number(bytes.readBigUInt64LE(24)),
    arrivalMax: Number(bytes.readBigUInt64LE(32)),
    startMin: bytes.readBigUInt64LE(40),
    startMax: bytes.readBigUInt64LE(48),
    durationMin: bytes.readBigUInt64LE(56),
    durationMax: bytes.readBigUInt64LE(64),
    writtenAtMs: Number(bytes.readBigUInt64LE(72)),
    traceHashes: wordsOf(sections.get(SECTIONS.traceHashes)),
    services: decodeNames(sections.get(SECTIONS.services)).map(([, , name]) => name),
    operations: decodeOperations(
      sections.get(SECTIONS.operations),
      sections.get(SECTIONS.extents) ?? Buffer.alloc(0),
    ),
    promoted: wordsOf(sections.get(SECTIONS.promoted)),
  };
}

/** Undefined where it is damaged. */
export function soundHead(bytes: Buffer): BlockHead | undefined {
  try {
    return decodeHead(bytes);
  } catch {
    return undefined;
  }
}

function bytesOf(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** A copy: the value may not be aligned. */
function wordsOf(bytes: Buffer | undefined): Uint32Array {
  if (bytes === undefined) return new Uint32Array(0);
  const words = new Uint32Array(bytes.length / 4);
  bytesOf(words).set(bytes);
  return words;
}

type Name = readonly [service: number, kind: number, name: string];

/** Per name: u16 service, u8 kind, u16 length, UTF-8. */
function encodeNames(names: readonly Name[]): Buffer {
  const parts = names.map(([service, kind, name]) => {
    const text = Buffer.from(name, 'utf8').subarray(0, 0xffff);
    const head = Buffer.alloc(5);
    head.writeUInt16LE(service, 0);
    head[2] = kind;
    head.writeUInt16LE(text.length, 3);
    return Buffer.concat([head, text]);
  });
  return Buffer.concat(parts);
}

function decodeNames(bytes: Buffer | undefined): Name[] {
  const names: Name[] = [];
  for (let at = 0; bytes !== undefined && at + 5 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at + 3);
    names.push([
      bytes.readUInt16LE(at),
      bytes[at + 2]!,
      bytes.toString('utf8', at + 5, at + 5 + length),
    ]);
    at += 5 + length;
  }
  return names;
}

function encodeExtents(operations: readonly OperationEntry[]): Buffer {
  const out = Buffer.alloc(operations.length * EXTENT_BYTES);
  for (const [i, { errors, durationMin, durationMax }] of operations.entries()) {
    out.writeUInt32LE(errors, i * EXTENT_BYTES);
    out.writeDoubleLE(durationMin, i * EXTENT_BYTES + 8);
    out.writeDoubleLE(durationMax, i * EXTENT_BYTES + 16);
  }
  return out;
}

function decodeOperations(names: Buffer | undefined, extents: Buffer): OperationEntry[] {
  return decodeNames(names).map(([service, kind, name], i) => {
    const at = i * EXTENT_BYTES;
    const entry = { service, kind, name };
    if (at + EXTENT_BYTES > extents.length)
      return {
        ...entry,
        errors: 0xffffffff,
        durationMin: 0,
        durationMax: Number.POSITIVE_INFINITY,
      };
    return {
      ...entry,
      errors: extents.readUInt32LE(at),
      durationMin: extents.readDoubleLE(at + 8),
      durationMax: extents.readDoubleLE(at + 16),
    };
  });
}
