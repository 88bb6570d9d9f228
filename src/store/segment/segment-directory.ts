/**
 * What a segment knows of its blocks without opening one: where each lies, and what decides whether a search has to
 * look into it. Encoded as two parts, numbers in columns and names as JSON, each compressed on its own.
 *
 * Sizes: about 60 bytes a block and 28 an operation of a block, before compression. Bounds: BLOCKS_MAX blocks,
 * OPERATIONS_MAX operations of all blocks together; more is damage.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { DamagedBlock } from '../columns/damaged-block.ts';
import type { EncodedColumns } from '../columns/encoded-columns.ts';

export const BLOCKS_MAX: number = 1 << 20;
const OPERATIONS_MAX = 1 << 26;
const NAMES_BYTES_MAX = 64 * 1024 * 1024;
const HEADER_WORDS = 4;

export interface SegmentOperation {
  /** Index into `services`. */
  readonly service: number;
  readonly otelKind: number;
  /** Index into SPAN_KINDS. */
  readonly kind: number;
  readonly name: string;
}

/** One element a block, unless said otherwise. Times in nanoseconds. */
export interface SegmentDirectory {
  readonly blockCount: number;
  /** Of the block within the file. */
  readonly offset: Float64Array;
  readonly length: Uint32Array;
  readonly spanCount: Uint32Array;
  readonly errorCount: Uint32Array;
  readonly arrivalMin: Float64Array;
  readonly arrivalMax: Float64Array;
  readonly startMin: BigUint64Array;
  readonly startMax: BigUint64Array;
  readonly services: readonly string[];
  readonly operations: readonly SegmentOperation[];
  /** Block i has the entries [operationFirst[i], operationFirst[i + 1]) of what follows. */
  readonly operationFirst: Uint32Array;
  /** Index into `operations`. */
  readonly operation: Uint32Array;
  readonly operationErrors: Uint32Array;
  readonly operationDurationMin: Float64Array;
  readonly operationDurationMax: Float64Array;
  readonly keys: readonly string[];
  /** Bits, `keyBytes` bytes a block: key k stands in the block; not all of its values are in the filter. */
  readonly hasKey: Uint8Array;
  readonly keyIsOpen: Uint8Array;
}

type Numbers = Float64Array | BigUint64Array | Uint32Array | Uint8Array;

/** Names and numbers as they grow, block by block. */
export class DirectoryBuilder {
  readonly #blocks: { readonly encoded: Summary; readonly offset: number }[] = [];
  readonly #services = new Map<string, number>();
  readonly #operations = new Map<string, number>();
  readonly #operationList: SegmentOperation[] = [];
  readonly #keys = new Map<string, number>();

  add(encoded: EncodedColumns, offset: number): void {
    // What is large of it is not kept: bytes and hashes.
    const { bytes, traceHashes: _, valueHashes: __, promoted: ___, ...summary } = encoded;
    this.#blocks.push({ encoded: { ...summary, length: bytes.length }, offset });
  }

  finish(): { numbers: Buffer; names: Buffer } {
    const blocks = this.#blocks;
    const perBlock = blocks.map(({ encoded }) =>
      encoded.operations.map((operation) => this.#operationOf(encoded, operation)),
    );
    for (const { encoded } of blocks) for (const { key } of encoded.keys) numberOf(this.#keys, key);
    const keyBytes = (this.#keys.size + 7) >> 3;
    const hasKey = new Uint8Array(blocks.length * keyBytes);
    const keyIsOpen = new Uint8Array(blocks.length * keyBytes);
    for (const [i, { encoded }] of blocks.entries())
      for (const { key, filterable } of encoded.keys) {
        const k = this.#keys.get(key)!;
        hasKey[i * keyBytes + (k >> 3)]! |= 1 << (k & 7);
        if (!filterable) keyIsOpen[i * keyBytes + (k >> 3)]! |= 1 << (k & 7);
      }
    const firsts = [0];
    for (const list of perBlock) firsts.push(firsts.at(-1)! + list.length);
    const flat = blocks.flatMap(({ encoded }) => [...encoded.operations]);
    const of = (pick: (summary: Summary) => number) => blocks.map(({ encoded }) => pick(encoded));
    const columns: Numbers[] = [
      Float64Array.from(blocks, ({ offset }) => offset),
      Float64Array.from(of((b) => b.arrivalMin)),
      Float64Array.from(of((b) => b.arrivalMax)),
      BigUint64Array.from(blocks, ({ encoded }) => encoded.startMin),
      BigUint64Array.from(blocks, ({ encoded }) => encoded.startMax),
      Float64Array.from(flat, ({ durationMin }) => durationMin),
      Float64Array.from(flat, ({ durationMax }) => durationMax),
      Uint32Array.from(of((b) => b.length)),
      Uint32Array.from(of((b) => b.spanCount)),
      Uint32Array.from(of((b) => b.errorCount)),
      Uint32Array.from(firsts),
      Uint32Array.from(perBlock.flat()),
      Uint32Array.from(flat, ({ errors }) => errors),
      hasKey,
      keyIsOpen,
    ];
    const header = Uint32Array.of(blocks.length, flat.length, keyBytes, 0);
    const raw = Buffer.concat(
      [header, ...columns].map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength)),
    );
    const names = {
      services: [...this.#services.keys()],
      operations: this.#operationList.map((o) => [o.service, o.otelKind, o.kind, o.name]),
      keys: [...this.#keys.keys()],
    };
    return { numbers: zstdCompressSync(raw), names: zstdCompressSync(JSON.stringify(names)) };
  }

  #operationOf(encoded: Summary, operation: EncodedColumns['operations'][number]): number {
    const service = numberOf(this.#services, encoded.services[operation.service]!);
    const { otelKind, kind, name } = operation;
    const before = this.#operations.size;
    const number = numberOf(this.#operations, `${service} ${otelKind} ${kind} ${name}`);
    if (this.#operations.size > before) this.#operationList.push({ service, otelKind, kind, name });
    return number;
  }
}

type Summary = Omit<EncodedColumns, 'bytes' | 'traceHashes' | 'valueHashes' | 'promoted'> & {
  readonly length: number;
};

function numberOf(numbers: Map<string, number>, name: string): number {
  let number = numbers.get(name);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(name, number);
  }
  return number;
}

/** @throws DamagedBlock where the parts contradict themselves */
export function decodeDirectory(numbers: Uint8Array, names: Uint8Array): SegmentDirectory {
  const raw = unpacked(numbers, BLOCKS_MAX * 64 + OPERATIONS_MAX * 8);
  const words = new Uint32Array(raw.buffer, raw.byteOffset, HEADER_WORDS);
  const [blockCount = 0, entries = 0, keyBytes = 0] = words;
  const cut = new Cutter(raw, HEADER_WORDS * 4);
  const offset = cut.doubles(blockCount);
  const arrivalMin = cut.doubles(blockCount);
  const arrivalMax = cut.doubles(blockCount);
  const startMin = cut.longs(blockCount);
  const startMax = cut.longs(blockCount);
  const operationDurationMin = cut.doubles(entries);
  const operationDurationMax = cut.doubles(entries);
  const length = cut.words(blockCount);
  const spanCount = cut.words(blockCount);
  const errorCount = cut.words(blockCount);
  const operationFirst = cut.words(blockCount + 1);
  const operation = cut.words(entries);
  const operationErrors = cut.words(entries);
  const hasKey = cut.bytes(blockCount * keyBytes);
  const keyIsOpen = cut.bytes(blockCount * keyBytes);
  cut.end();
  const text = JSON.parse(unpacked(names, NAMES_BYTES_MAX).toString()) as {
    services: string[];
    operations: [number, number, number, string][];
    keys: string[];
  };
  const operations = text.operations.map(
    ([service, otelKind, kind, name]): SegmentOperation => ({ service, otelKind, kind, name }),
  );
  if ((text.keys.length + 7) >> 3 !== keyBytes || operationFirst[blockCount] !== entries)
    throw new DamagedBlock('a directory contradicts itself');
  return {
    blockCount,
    offset,
    length,
    spanCount,
    errorCount,
    arrivalMin,
    arrivalMax,
    startMin,
    startMax,
    services: text.services,
    operations,
    operationFirst,
    operation,
    operationErrors,
    operationDurationMin,
    operationDurationMax,
    keys: text.keys,
    hasKey,
    keyIsOpen,
  };
}

/** Memory held, about. */
export function directoryBytes({
  blockCount,
  operation,
  operations,
  hasKey,
}: SegmentDirectory): number {
  return blockCount * 64 + operation.length * 28 + operations.length * 120 + hasKey.length * 2;
}

function unpacked(bytes: Uint8Array, maxOutputLength: number): Buffer {
  const raw = zstdDecompressSync(bytes, { maxOutputLength });
  // Columns are views: their memory begins at a multiple of eight.
  return raw.byteOffset % 8 === 0 ? raw : Buffer.from(new Uint8Array(raw).buffer);
}

/** Columns one after the other, the widest first, so that each lies as its type needs it. */
class Cutter {
  readonly #raw: Buffer;
  #at: number;

  constructor(raw: Buffer, at: number) {
    this.#raw = raw;
    this.#at = at;
  }

  doubles(count: number): Float64Array {
    return new Float64Array(this.#raw.buffer, this.#take(count * 8), count);
  }

  longs(count: number): BigUint64Array {
    return new BigUint64Array(this.#raw.buffer, this.#take(count * 8), count);
  }

  words(count: number): Uint32Array {
    return new Uint32Array(this.#raw.buffer, this.#take(count * 4), count);
  }

  bytes(count: number): Uint8Array {
    return new Uint8Array(this.#raw.buffer, this.#take(count), count);
  }

  end(): void {
    if (this.#at !== this.#raw.length) throw new DamagedBlock('a directory is of another length');
  }

  #take(length: number): number {
    if (this.#at + length > this.#raw.length) throw new DamagedBlock('a directory is cut short');
    const offset = this.#raw.byteOffset + this.#at;
    this.#at += length;
    return offset;
  }
}
