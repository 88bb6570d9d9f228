/**
 * Writes a segment: blocks as they come, the directory at the end. The file grows aside and takes its name only when it is
 * whole and flushed, so that a segment that is there is complete, whenever the process ended.
 *
 * Memory: hashes of all blocks until the end, 4 bytes a trace and a distinct attribute value of a block.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32, zstdCompressSync } from 'node:zlib';
import type { EncodedColumns } from '../columns/encoded-columns.ts';
import { ASIDE, syncDirectory } from '../replace-file.ts';
import { encodePostings } from './postings.ts';
import { DirectoryBuilder } from './segment-directory.ts';
import { encodeEnd, encodeHeader, SECTION, type Section } from './segment-format.ts';

/** Of postings: a block too many costs the look at it, a bit costs an eighth of a byte a trace or value. */
const TRACE_SPARE_BITS = 5;
const VALUE_SPARE_BITS = 2;

/** A block as it was written first: spans that are in the segment, and spans that damage took before. */
export interface WrittenBlock {
  readonly spans: number;
  readonly lost: number;
}

export interface EncodedPeriod {
  /** Minutes it lasts: 1, 60 or 1,440. */
  readonly unit: number;
  /** The first of its minutes since 1970. */
  readonly minute: number;
  readonly encoded: Uint8Array;
}

export class SegmentWriter {
  readonly #path: string;
  readonly #file: number;
  readonly #directory = new DirectoryBuilder();
  readonly #sections = new Map<number, Section>();
  readonly #traceHashes: Uint32Array[] = [];
  readonly #valueHashes: Uint32Array[] = [];
  readonly #promoted: Uint32Array[] = [];
  #offset = 0;
  #isClosed = false;

  /** @throws on an I/O fault, as all of it does */
  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(`${path}${ASIDE}`, 'w', 0o600);
    try {
      this.#append(encodeHeader());
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  add(encoded: EncodedColumns): void {
    this.#directory.add(encoded, this.#offset);
    this.#traceHashes.push(encoded.traceHashes);
    this.#valueHashes.push(encoded.valueHashes);
    if (encoded.promoted.length > 0) this.#promoted.push(encoded.promoted);
    this.#append(encoded.bytes);
  }

  /**
   * `written`: the blocks whose spans these are, in order: cut differently, but no span moved. Durable when it returns.
   * Returns the size of the file.
   */
  finish(written: readonly WrittenBlock[], periods: Iterable<EncodedPeriod>): number {
    const { numbers, names } = this.#directory.finish();
    this.#section(SECTION.numbers, numbers);
    this.#section(SECTION.names, names);
    const traces = encodePostings(this.#traceHashes, TRACE_SPARE_BITS);
    this.#section(SECTION.traceTable, zstdCompressSync(traces.table));
    this.#section(SECTION.traceBuckets, traces.buckets, false);
    const values = encodePostings(this.#valueHashes, VALUE_SPARE_BITS);
    this.#section(SECTION.valueTable, zstdCompressSync(values.table));
    this.#section(SECTION.valueBuckets, values.buckets, false);
    this.#section(
      SECTION.written,
      zstdCompressSync(
        bytesOf(Uint32Array.from(written.flatMap(({ spans, lost }) => [spans, lost]))),
      ),
    );
    this.#section(SECTION.promoted, Buffer.concat(this.#promoted.map(bytesOf)));
    this.#statistics(periods);
    this.#append(encodeEnd(this.#sections, this.#offset));
    fsyncSync(this.#file);
    this.#close();
    renameSync(`${this.#path}${ASIDE}`, this.#path);
    syncDirectory(dirname(this.#path));
    return this.#offset;
  }

  /** Leaves nothing behind, also after `finish` threw. */
  abandon(): void {
    this.#close();
    rmSync(`${this.#path}${ASIDE}`, { force: true });
  }

  /** Once: by the second time the number may be another file's. */
  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#file);
  }

  #statistics(periods: Iterable<EncodedPeriod>): void {
    const index: number[] = [];
    const pieces: Buffer[] = [];
    let offset = 0;
    for (const { unit, minute, encoded } of periods) {
      const piece = zstdCompressSync(encoded);
      index.push(unit, minute, piece.length, offset);
      pieces.push(piece);
      offset += piece.length;
    }
    this.#section(SECTION.periods, bytesOf(Uint32Array.from(index)));
    this.#section(SECTION.statistics, Buffer.concat(pieces), false);
  }

  #section(type: number, bytes: Buffer, isChecked = true): void {
    this.#sections.set(type, {
      offset: this.#offset,
      length: bytes.length,
      crc: isChecked ? crc32(bytes) : 0,
    });
    this.#append(bytes);
  }

  #append(bytes: Uint8Array): void {
    // The system may take a part only.
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    this.#offset += bytes.length;
  }
}

function bytesOf(words: Uint32Array): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}
