/** Which rows of a block stand in which envelopes, when it is read. @throws DamagedBlock */
import type { BlockLayout, EnvelopeLayout } from './block-layout.ts';
import type { ChunkReader } from './chunk-reader.ts';
import { DamagedBlock } from './damaged-block.ts';
import { decodeInts } from './decode-ints.ts';
import type { StringColumn } from './string-column.ts';

export class BlockEnvelopes {
  /** Rows of each ScopeSpans end before these. */
  readonly scopeEnds: Uint32Array;
  /** ScopeSpans of each ResourceSpans end before these. */
  readonly resourceEnds: Uint32Array;
  /** By row: its ScopeSpans. */
  readonly scopeOf: Uint16Array;
  /** By ScopeSpans: its ResourceSpans. */
  readonly resourceOf: Uint16Array;
  /** By envelope: its distinct frame. */
  readonly scopeFrames: Float64Array;
  readonly resourceFrames: Float64Array;
  readonly #layout: BlockLayout;
  readonly #scopeBytes: (Uint8Array | undefined)[] = [];
  readonly #resourceBytes: (Uint8Array | undefined)[] = [];

  constructor(layout: BlockLayout, chunks: ChunkReader) {
    this.#layout = layout;
    const { resources, scopes } = layout;
    this.resourceEnds = ends(chunks, resources, scopes.count);
    this.scopeEnds = ends(chunks, scopes, chunks.spanCount);
    this.resourceOf = owners(this.resourceEnds, scopes.count);
    this.scopeOf = owners(this.scopeEnds, chunks.spanCount);
    this.resourceFrames = resources.frames.indexes;
    this.scopeFrames = scopes.frames.indexes;
  }

  /** The frame of a ScopeSpans; one array for all that are equal. */
  scopeFrame(scope: number): Uint8Array {
    return kept(this.#scopeBytes, this.#layout.scopes.frames, this.scopeFrames[scope]!);
  }

  /** Likewise of a ResourceSpans. */
  resourceFrame(resource: number): Uint8Array {
    return kept(this.#resourceBytes, this.#layout.resources.frames, this.resourceFrames[resource]!);
  }
}

function kept(known: (Uint8Array | undefined)[], frames: StringColumn, index: number): Uint8Array {
  known[index] ??= frames.entry(index).slice();
  return known[index];
}

function ends(chunks: ChunkReader, { each }: EnvelopeLayout, total: number): Uint32Array {
  const counts = decodeInts(chunks, each);
  const out = new Uint32Array(counts.length);
  let end = 0;
  for (let i = 0; i < counts.length; i++) {
    end += counts[i]!;
    if (!(counts[i]! > 0) || end > total) throw new DamagedBlock('an envelope of no rows');
    out[i] = end;
  }
  if (end !== total) throw new DamagedBlock('rows of a column block are in no envelope');
  return out;
}

function owners(envelopeEnds: Uint32Array, total: number): Uint16Array {
  const out = new Uint16Array(total);
  let from = 0;
  for (let i = 0; i < envelopeEnds.length; i++) {
    out.fill(i, from, envelopeEnds[i]!);
    from = envelopeEnds[i]!;
  }
  return out;
}
