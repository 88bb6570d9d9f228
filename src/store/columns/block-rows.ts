/** What every row of a block has, decoded column by column when it is first wanted. @throws DamagedBlock */
import type { BlockLayout } from './block-layout.ts';
import type { ChunkReader } from './chunk-reader.ts';
import { DamagedBlock } from './damaged-block.ts';
import { decodeIndexes, decodeInts } from './decode-ints.ts';
import { Times } from './decode-values.ts';

const ROW_FLAGS = 4;

export class BlockRows {
  readonly count: number;
  readonly #layout: BlockLayout;
  readonly #chunks: ChunkReader;
  #shapes: Float64Array | undefined;
  #traces: Float64Array | undefined;
  #traceIds: Uint32Array | undefined;
  #spanIds: Uint32Array | undefined;
  #times: Uint32Array | undefined;
  #arrivals: Float64Array | undefined;
  #flags: Float64Array | undefined;
  #parents: Parents | undefined;
  /** Where the id is that `seekParent` was sent for. */
  parentIds: Uint32Array = new Uint32Array(0);
  parentAt = 0;

  constructor(layout: BlockLayout, chunks: ChunkReader) {
    this.count = chunks.spanCount;
    this.#layout = layout;
    this.#chunks = chunks;
  }

  get shapes(): Float64Array {
    if (this.#shapes === undefined) {
      const { rowShapes, shapes } = this.#layout;
      const decoded = decodeIndexes(this.#chunks, rowShapes, shapes.length);
      this.#layout.checkCounts(decoded);
      this.#shapes = decoded;
    }
    return this.#shapes;
  }

  /** Ordinals. */
  get traces(): Float64Array {
    const { rowTraces, traceCount } = this.#layout;
    this.#traces ??= decodeIndexes(this.#chunks, rowTraces, traceCount);
    return this.#traces;
  }

  /** Four words a trace. */
  get traceIds(): Uint32Array {
    this.#traceIds ??= words(this.#chunks.bytes(this.#layout.traceIds));
    return this.#traceIds;
  }

  /** Two words a row. */
  get spanIds(): Uint32Array {
    this.#spanIds ??= words(this.#chunks.bytes(this.#layout.spanIds));
    return this.#spanIds;
  }

  /** Four words a row: start and end, low words first. */
  get times(): Uint32Array {
    this.#times ??= this.#decodeTimes();
    return this.#times;
  }

  get arrivals(): Float64Array {
    this.#arrivals ??= decodeInts(this.#chunks, this.#layout.arrivals);
    return this.#arrivals;
  }

  /** ROW_PROMOTED | ROW_RAISED. */
  get flags(): Float64Array {
    this.#flags ??= decodeIndexes(this.#chunks, this.#layout.flags, ROW_FLAGS);
    return this.#flags;
  }

  /** Points `parentIds` and `parentAt` at the parent of a row whose shape has one. */
  seekParent(row: number): void {
    this.#parents ??= this.#decodeParents();
    const { distances, ranks, outside } = this.#parents;
    const at = ranks[row]!;
    const distance = distances[at]!;
    if (distance !== 0) {
      this.parentIds = this.spanIds;
      this.parentAt = (row - distance) * 2;
    } else {
      this.parentIds = outside;
      this.parentAt = this.#parents.outsideRanks[at]! * 2;
    }
  }

  #decodeTimes(): Uint32Array {
    const { starts, ends, startBase } = this.#layout;
    const [low, high] = startBase;
    const out = new Uint32Array(this.count * 4);
    const start = new Times(this.#chunks, starts);
    const end = new Times(this.#chunks, ends);
    for (let row = 0, at = 0; row < this.count; row++, at += 4) {
      start.put(row, low!, high!, out, at);
      end.put(row, out[at]!, out[at + 1]!, out, at + 2);
    }
    return out;
  }

  #decodeParents(): Parents {
    const { parents, outsideParents, shapes } = this.#layout;
    const distances = decodeInts(this.#chunks, parents);
    const outside = words(this.#chunks.bytes(outsideParents));
    const outsideRanks = new Int32Array(distances.length);
    const ranks = new Int32Array(this.count);
    let rank = 0;
    let outsideRank = 0;
    for (let row = 0; row < this.count; row++) {
      ranks[row] = rank;
      if (!shapes[this.shapes[row]!]!.hasParent) continue;
      const parent = row - distances[rank]!;
      if (!(parent >= 0 && parent < this.count)) throw new DamagedBlock('a parent in no row');
      outsideRanks[rank] = outsideRank;
      if (distances[rank] === 0) outsideRank++;
      rank++;
    }
    if (outsideRank * 2 !== outside.length) throw new DamagedBlock('ids of parents are missing');
    return { distances, ranks, outside, outsideRanks };
  }
}

interface Parents {
  /** Of the rows that have a parent; `ranks` says which of them a row is. */
  readonly distances: Float64Array;
  readonly ranks: Int32Array;
  /** Ids of parents outside of the block, two words each; `outsideRanks` says which. */
  readonly outside: Uint32Array;
  readonly outsideRanks: Int32Array;
}

/** Of bytes that may lie anywhere. */
function words(bytes: Uint8Array): Uint32Array {
  return bytes.byteOffset % 4 === 0
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2)
    : new Uint32Array(bytes.slice().buffer);
}
