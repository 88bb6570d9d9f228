/**
 * Rows of one or more batches, in order, become one block of columns. Reused from block to block; its
 * dictionaries are cleared between.
 *
 * Bounds: ROWS_MAX rows a block and BLOCK_BYTES_MAX of bytes; the caller finishes a block before.
 */
import type { SpanBatch } from '../../otlp/span-batch.ts';
import { BITS, COLUMN, SCOPE, STRIDE } from '../../otlp/span-columns.ts';
import { AttributeValues } from './attribute-values.ts';
import { BlockSummary } from './block-summary.ts';
import { ROWS_MAX } from './chunk-format.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { StringsEncoder } from './encode-strings.ts';
import type { EncodedColumns } from './encoded-columns.ts';
import { Envelopes } from './envelopes.ts';
import { OpColumns } from './op-columns.ts';
import { RowColumns } from './row-columns.ts';
import { OP, typeOf } from './shape-ops.ts';
import { RAW_SHAPE, ShapeTrie } from './shape-trie.ts';
import { sortedOnce } from './sorted-once.ts';
import { SpanWalker } from './span-walker.ts';
import { traceHash } from './trace-hash.ts';

export const BLOCK_BYTES_MAX = 0x8000000;

export class ColumnBlockWriter {
  readonly #trie = new ShapeTrie();
  readonly #walker = new SpanWalker(this.#trie);
  readonly #columns = new OpColumns(this.#trie, this.#walker);
  readonly #rows = new RowColumns();
  readonly #envelopes = new Envelopes();
  readonly #summary = new BlockSummary();
  readonly #values = new AttributeValues();
  readonly #chunks = new ChunkWriter();
  readonly #strings = new StringsEncoder(this.#chunks);
  #spanBytes = 0;

  get spanCount(): number {
    return this.#rows.count;
  }

  /** Bytes of the spans and their frames before encoding. */
  get rawBytes(): number {
    return this.#spanBytes + this.#envelopes.frameBytes;
  }

  /** Takes the rows with BITS.kept, copying what it keeps. @throws RangeError beyond the bounds, taking nothing */
  add(batch: SpanBatch): void {
    const { bytes, rows, scopes } = batch;
    if (this.spanCount + batch.count > ROWS_MAX || this.rawBytes + bytes.length > BLOCK_BYTES_MAX)
      throw new RangeError('a column block has no room for the batch');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#walker.enter(bytes, view);
    this.#columns.enter(view);
    let scope = -1;
    let resource = -1;
    for (let row = 0; row < batch.count; row++) {
      const at = row * STRIDE;
      const bits = rows[at + COLUMN.bits]!;
      if ((bits & BITS.kept) === 0) continue;
      if (rows[at + COLUMN.scope] !== scope) {
        scope = rows[at + COLUMN.scope]!;
        const inResource = scopes[scope * SCOPE.stride + SCOPE.resource]!;
        if (inResource !== resource) this.#envelopes.enterResource(batch, view, inResource);
        resource = inResource;
        this.#envelopes.enterScope(batch, view, scope);
      }
      this.#envelopes.addRow();
      const offset = rows[at + COLUMN.offset]!;
      const length = rows[at + COLUMN.length]!;
      this.#spanBytes += length;
      const shape = this.#walker.walk(offset, offset + length, bits);
      if (shape === RAW_SHAPE)
        this.#columns.pushRaw(
          offset,
          length,
          rows[at + COLUMN.nameOffset]!,
          rows[at + COLUMN.nameLength]!,
          bits,
        );
      else this.#columns.push(rows[at + COLUMN.end]!, rows[at + COLUMN.end + 1]!);
      this.#rows.push(rows, at, shape, batch.threshold);
      const trace = this.#rows.lastTrace;
      const { service } = this.#envelopes;
      this.#summary.add(rows, at, this.#columns.nameEntry, service, trace);
    }
  }

  /** The block; the writer is then ready for the next. @throws RangeError where no row was added */
  finish(): EncodedColumns {
    const spanCount = this.spanCount;
    if (spanCount === 0) throw new RangeError('a column block has at least one row');
    const bytes = this.#encode();
    this.#addValues();
    const { table } = this.#columns;
    const name = (entry: number) => Buffer.from(table.bytes(entry)).toString();
    const encoded: EncodedColumns = {
      bytes,
      spanCount,
      arrivalMin: this.#summary.arrivalMin,
      arrivalMax: this.#summary.arrivalMax,
      ...this.#summary.edges,
      errorCount: this.#summary.errorCount,
      traceHashes: this.#traceHashes(),
      ...this.#summary.operations(this.#envelopes.services, name),
      keys: this.#values.keys,
      valueHashes: this.#values.takeHashes(),
      promoted: this.#summary.promoted,
    };
    this.#clear();
    return encoded;
  }

  #encode(): Buffer {
    const chunks = this.#chunks;
    const { meta } = chunks;
    this.#columns.encode(chunks, this.#strings);
    const { shapes } = this.#trie;
    const hasParent = new Uint8Array(shapes.length);
    meta.varint(shapes.length);
    for (const [number, { ops, otelKind, status, kind }] of shapes.entries()) {
      if (number === RAW_SHAPE) continue;
      meta.varint(ops.length);
      for (const op of ops) {
        meta.varint(op);
        if (typeOf(this.#trie.ops[op]!.code) === OP.parent) hasParent[number] = 1;
      }
      for (const byte of [otelKind, status, kind]) meta.byte(byte);
    }
    this.#rows.encode(chunks);
    this.#rows.encodeParents(chunks, hasParent);
    this.#envelopes.encode(chunks, this.#strings);
    return chunks.finish(this.spanCount);
  }

  #addValues(): void {
    this.#columns.addValues(this.#values);
    for (const frame of this.#envelopes.resourceFrames()) this.#values.addResource(frame);
  }

  #traceHashes(): Uint32Array {
    const { words, count } = this.#rows.traces;
    const hashes = new Uint32Array(count);
    for (let trace = 0; trace < count; trace++) hashes[trace] = traceHash(words, trace * 4);
    return sortedOnce(hashes);
  }

  #clear(): void {
    this.#trie.clear();
    this.#columns.clear();
    this.#rows.clear();
    this.#envelopes.clear();
    this.#summary.clear();
    this.#values.clear();
    this.#chunks.clear();
    this.#spanBytes = 0;
  }
}
