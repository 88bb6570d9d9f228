/**
 * The meta chunk of a block: where everything lies. Reads no other chunk, but keeps what says how to. Its
 * order is that of ColumnBlockWriter.
 */
import { ByteReader } from './byte-reader.ts';
import { CHUNK } from './chunk-format.ts';
import type { ChunkReader, StreamPlace } from './chunk-reader.ts';
import { DamagedBlock } from './damaged-block.ts';
import { type IntsPlace, readIntsPlace } from './decode-ints.ts';
import { readTimesPlace, type TimesPlace } from './decode-values.ts';
import { OpColumn } from './op-column.ts';
import { KEPT, keptOf, OP, RAW_CODES, typeOf } from './shape-ops.ts';
import { OPS_MAX, RAW_SHAPE, SHAPE_OPS_MAX, SHAPE_OPS_ROOM, SHAPES_MAX } from './shape-trie.ts';
import { StringColumn } from './string-column.ts';

export interface ShapeLayout {
  readonly ops: Uint16Array;
  readonly otelKind: number;
  readonly status: number;
  readonly kind: number;
  /** The op of its name, or −1. */
  readonly nameOp: number;
  readonly hasParent: boolean;
}

export interface EnvelopeLayout {
  readonly count: number;
  readonly frames: StringColumn;
  /** What each holds: ScopeSpans, or rows. */
  readonly each: IntsPlace;
}

const NO_OP = -1;
const FRAMES_MAX = 0x10000;

export class BlockLayout {
  readonly ops: readonly OpColumn[];
  readonly shapes: readonly ShapeLayout[];
  readonly rowShapes: IntsPlace;
  readonly traceCount: number;
  readonly rowTraces: IntsPlace;
  readonly traceIds: StreamPlace;
  readonly startBase: Uint32Array;
  readonly spanIds: StreamPlace;
  readonly starts: TimesPlace;
  readonly ends: TimesPlace;
  readonly arrivals: IntsPlace;
  readonly flags: IntsPlace;
  readonly thresholds: readonly bigint[];
  readonly raised: IntsPlace;
  readonly parents: IntsPlace;
  readonly outsideParents: StreamPlace;
  readonly resources: EnvelopeLayout;
  readonly scopes: EnvelopeLayout;
  readonly services: readonly string[];
  /** By distinct resource frame: index into `services`, or −1. */
  readonly serviceOf: Int32Array;

  constructor(chunks: ChunkReader) {
    const rows = chunks.spanCount;
    const meta = new ByteReader(chunks.chunk(CHUNK.meta));
    const times = (count: number) => readTimesPlace(meta, chunks, count);
    const ints = (count: number) => readIntsPlace(meta, chunks, count);
    const opCount = meta.varint(OPS_MAX);
    this.ops = Array.from({ length: opCount }, () => new OpColumn(meta, chunks));
    const shapeCount = meta.varint(SHAPES_MAX);
    if (RAW_CODES.some((code, op) => this.ops[op]?.code !== code) || shapeCount < 1)
      throw new DamagedBlock('a column block lacks shapes');
    this.shapes = Array.from({ length: shapeCount }, (_, i) => this.#shape(meta, i));
    this.rowShapes = ints(rows);
    this.traceCount = meta.varint(rows);
    this.rowTraces = ints(rows);
    this.traceIds = chunks.place(CHUNK.traceIds, this.traceCount * 16);
    this.startBase = words(meta.raw(8));
    this.spanIds = chunks.place(CHUNK.ids, rows * 8);
    this.starts = times(rows);
    this.ends = times(rows);
    this.arrivals = ints(rows);
    this.flags = ints(rows);
    this.thresholds = Array.from({ length: meta.varint(rows) }, () => wide(meta.raw(8)));
    this.raised = ints(meta.varint(rows));
    this.parents = ints(meta.varint(rows));
    this.outsideParents = chunks.place(CHUNK.ids, meta.varint(rows) * 8);
    this.resources = envelopes(meta, chunks);
    this.scopes = envelopes(meta, chunks);
    this.services = Array.from({ length: meta.varint(rows) }, () =>
      Buffer.from(meta.counted()).toString(),
    );
    const distinct = { length: this.resources.frames.size };
    this.serviceOf = Int32Array.from(distinct, () => meta.varint(this.services.length) - 1);
    meta.end();
    if (!chunks.isUsedUp) throw new DamagedBlock('a column block has too many bytes');
  }

  #shape(meta: ByteReader, number: number): ShapeLayout {
    if (number === RAW_SHAPE) {
      const ops = Uint16Array.from(RAW_CODES.keys());
      return { ops, otelKind: 0, status: 0, kind: 0, nameOp: NO_OP, hasParent: false };
    }
    const ops = new Uint16Array(meta.varint(SHAPE_OPS_MAX + SHAPE_OPS_ROOM));
    let nameOp = NO_OP;
    let hasParent = false;
    let isOpen = false;
    for (let i = 0; i < ops.length; i++) {
      const op = meta.varint(this.ops.length - 1);
      ops[i] = op;
      const type = typeOf(this.ops[op]!.code);
      if (type === OP.name) nameOp = op;
      if (type === OP.parent) hasParent = true;
      const opens = type === OP.openEvent || type === OP.openLink || type === OP.openStatus;
      if ((opens && isOpen) || (type === OP.close && !isOpen) || type >= OP.rawSpan)
        throw new DamagedBlock('a shape of a column block is none');
      isOpen = opens || (isOpen && type !== OP.close);
    }
    if (isOpen) throw new DamagedBlock('a shape of a column block is none');
    const [otelKind, status, kind] = [meta.byte(), meta.byte(), meta.byte() & 3];
    return { ops, otelKind, status, kind, nameOp, hasParent };
  }

  /** Checks that columns have as many values as the shapes of all rows want. */
  checkCounts(rowShapes: Float64Array): void {
    const rows = new Float64Array(this.shapes.length);
    for (let i = 0; i < rowShapes.length; i++) rows[rowShapes[i]!] = rows[rowShapes[i]!]! + 1;
    const wanted = new Float64Array(this.ops.length);
    let parents = 0;
    for (const [i, { ops, hasParent }] of this.shapes.entries()) {
      for (const op of ops) wanted[op] = wanted[op]! + rows[i]!;
      if (hasParent) parents += rows[i]!;
    }
    const isShort = this.ops.some(({ code, count }, op) => {
      const kept = keptOf(code);
      return kept !== KEPT.nowhere && kept !== KEPT.parent && count !== wanted[op];
    });
    if (isShort || parents !== this.parents.count)
      throw new DamagedBlock('columns of a column block do not fit its rows');
  }
}

function envelopes(meta: ByteReader, chunks: ChunkReader): EnvelopeLayout {
  const count = meta.varint(FRAMES_MAX);
  const frames = new StringColumn(meta, chunks, count);
  return { count, frames, each: readIntsPlace(meta, chunks, count) };
}

function words(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.slice().buffer);
}

function wide(bytes: Uint8Array): bigint {
  return new BigUint64Array(bytes.slice().buffer)[0]!;
}
