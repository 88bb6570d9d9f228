/**
 * A block of columns opened for reading. Only its header and the meta chunk are read at first; each other
 * chunk is read, checked against its CRC-32 and decompressed when something in it is asked for, and kept as
 * long as the block.
 *
 * Any method @throws DamagedBlock where bytes are missing, fail their checksum or contradict each other.
 */
import { SpanScanner } from '../../otlp/scan-traces.ts';
import type { SpanBatch } from '../../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import { attributeRows } from './attribute-rows.ts';
import { BlockEnvelopes } from './block-envelopes.ts';
import { BlockLayout } from './block-layout.ts';
import { type BlockOutline, LazyOutline } from './block-outline.ts';
import { BlockRows } from './block-rows.ts';
import type { ByteSource } from './byte-source.ts';
import { ChunkReader } from './chunk-reader.ts';
import { DamagedBlock } from './damaged-block.ts';
import { decodeIndexes } from './decode-ints.ts';
import { ROW_PROMOTED, ROW_RAISED } from './row-columns.ts';
import { RowCursor } from './row-cursor.ts';
import { SpanRebuilder } from './span-rebuilder.ts';

export class ColumnBlock {
  readonly spanCount: number;
  readonly #chunks: ChunkReader;
  readonly #layout: BlockLayout;
  readonly #rows: BlockRows;
  #openedEnvelopes: BlockEnvelopes | undefined;
  #outline: BlockOutline | undefined;
  /** By row: index into thresholds. */
  #raised: Map<number, number> | undefined;

  static open(source: ByteSource): ColumnBlock {
    return new ColumnBlock(new ChunkReader(source));
  }

  private constructor(chunks: ChunkReader) {
    this.#chunks = chunks;
    this.spanCount = chunks.spanCount;
    this.#layout = new BlockLayout(chunks);
    this.#rows = new BlockRows(this.#layout, chunks);
  }

  /** Reads every chunk, so that damage anywhere is found, in what no other call needs too. */
  verify(): void {
    this.#chunks.readAll();
  }

  /**
   * The rows of a trace, rising; empty where the block has none. Reads the trace ids, and where one is it,
   * the rows' columns.
   * @param words of the trace id are the four at `at`
   */
  rowsOfTrace(words: Uint32Array, at: number): number[] {
    const { traceIds } = this.#rows;
    const found: number[] = [];
    for (let trace = 0; trace < this.#layout.traceCount; trace++) {
      const own = trace * 4;
      if (traceIds[own] !== words[at] || traceIds[own + 1] !== words[at + 1]) continue;
      if (traceIds[own + 2] !== words[at + 2] || traceIds[own + 3] !== words[at + 3]) continue;
      const { traces } = this.#rows;
      for (let row = 0; row < traces.length; row++) if (traces[row] === trace) found.push(row);
    }
    return found;
  }

  /** Those spans, byte for byte, in the order asked for; equal frames share one array. */
  records(rows: readonly number[]): SpanRecord[] {
    const envelopes = this.#envelopes;
    const { arrivals } = this.#rows;
    const cursor = new RowCursor(this.#layout, this.#rows);
    const rebuilder = new SpanRebuilder(this.#layout, this.#rows);
    const records = new Array<SpanRecord>(rows.length);
    const order = rows.map((_, i) => i).sort((a, b) => rows[a]! - rows[b]!);
    for (const i of order) {
      const row = this.#checked(rows[i]!);
      cursor.moveBehind(row, rebuilder.next);
      rebuilder.out.clear();
      rebuilder.write(row);
      const scope = envelopes.scopeOf[row]!;
      records[i] = {
        span: rebuilder.out.written.slice(),
        resource: envelopes.resourceFrame(envelopes.resourceOf[scope]!),
        scope: envelopes.scopeFrame(scope),
        arrival: arrivals[row]!,
        origin: 'stored',
      };
    }
    return records;
  }

  arrivals(rows: readonly number[]): number[] {
    return rows.map((row) => this.#rows.arrivals[this.#checked(row)]!);
  }

  /** Made once; each of its columns when it is asked for. */
  get outline(): BlockOutline {
    this.#outline ??= new LazyOutline(this.#layout, this.#rows, this.#envelopes);
    return this.#outline;
  }

  /** ROW_PROMOTED | ROW_RAISED. */
  spanFlags(row: number): number {
    return this.#rows.flags[this.#checked(row)]!;
  }

  /** T that the span was raised to; 0 where it was not. */
  threshold(row: number): bigint {
    this.#raised ??= this.#decodeRaised();
    const index = this.#raised.get(this.#checked(row));
    return index === undefined ? 0n : this.#layout.thresholds[index]!;
  }

  /**
   * Rows that may have the attribute, on the span or its resource, with a value that reads as `text`:
   * never one too few. One byte a row, not 0 for a candidate.
   */
  rowsWithAttribute(key: string, text: string): Uint8Array {
    return attributeRows(this.#layout, this.#rows, this.#envelopes, key, text);
  }

  /**
   * The whole block again: rows with arrival and BITS.kept, promoted and raised, in order and in their
   * envelopes. Its threshold is that of the rows that were raised, where they agree; see `threshold`.
   */
  batch(): SpanBatch {
    const scanner = new SpanScanner();
    const outcome = scanner.scan(this.#traces());
    if (outcome.status !== 'ok' || scanner.count !== this.spanCount)
      throw new DamagedBlock('a column block does not hold the spans that it says');
    const { arrivals, flags } = this.#rows;
    const { rows } = scanner;
    for (let row = 0; row < scanner.count; row++) {
      const at = row * STRIDE;
      rows[at + COLUMN.arrival] = arrivals[row]! % 0x100000000;
      rows[at + COLUMN.arrival + 1] = Math.floor(arrivals[row]! / 0x100000000);
      rows[at + COLUMN.bits] =
        rows[at + COLUMN.bits]! |
        BITS.kept |
        ((flags[row]! & ROW_PROMOTED) !== 0 ? BITS.promoted : 0) |
        ((flags[row]! & ROW_RAISED) !== 0 ? BITS.raised : 0);
    }
    scanner.threshold = this.#layout.thresholds[0] ?? 0n;
    return scanner;
  }

  get #envelopes(): BlockEnvelopes {
    this.#openedEnvelopes ??= new BlockEnvelopes(this.#layout, this.#chunks);
    return this.#openedEnvelopes;
  }

  #checked(row: number): number {
    if (!(row >= 0 && row < this.spanCount)) throw new RangeError(`no row ${row} in the block`);
    return row;
  }

  /** A TracesData message, written from its end. */
  #traces(): Uint8Array {
    const envelopes = this.#envelopes;
    const rebuilder = new SpanRebuilder(this.#layout, this.#rows);
    const { out, next } = rebuilder;
    // Before rows are written, that their columns have enough values is checked.
    let row = this.#rows.shapes.length;
    for (const [op, { count }] of this.#layout.ops.entries()) next[op] = count;
    let scope = envelopes.scopeEnds.length;
    for (let resource = envelopes.resourceEnds.length - 1; resource >= 0; resource--) {
      const resourceEnd = out.length;
      const scopeFirst = resource === 0 ? 0 : envelopes.resourceEnds[resource - 1]!;
      while (scope > scopeFirst) {
        scope--;
        const scopeEnd = out.length;
        const rowFirst = scope === 0 ? 0 : envelopes.scopeEnds[scope - 1]!;
        while (row > rowFirst) {
          const spanEnd = out.length;
          rebuilder.write(--row);
          rebuilder.close(18, spanEnd);
        }
        rebuilder.frame(envelopes.scopeFrame(scope));
        rebuilder.close(18, scopeEnd);
      }
      rebuilder.frame(envelopes.resourceFrame(resource));
      rebuilder.close(10, resourceEnd);
    }
    return out.written;
  }

  #decodeRaised(): Map<number, number> {
    const { raised, thresholds } = this.#layout;
    const indexes = decodeIndexes(this.#chunks, raised, thresholds.length);
    const byRow = new Map<number, number>();
    const { flags } = this.#rows;
    for (let row = 0; row < flags.length; row++)
      if ((flags[row]! & ROW_RAISED) !== 0) byRow.set(row, indexes[byRow.size]!);
    if (byRow.size !== indexes.length) throw new DamagedBlock('thresholds of rows are missing');
    return byRow;
  }
}
