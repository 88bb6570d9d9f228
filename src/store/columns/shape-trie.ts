/**
 * The shapes of a block while it is written: an automaton whose every state remembers the way that was
 * taken last, so that a span of a known shape costs one comparison of a key at each of its fields.
 *
 * Bounds: SHAPES_MAX shapes, OPS_MAX ops, EDGES_MAX ways in all and WAYS_MAX out of one state. Beyond,
 * `step` and `shape` answer NONE and the span is kept raw.
 */
import { AlignedArena } from './aligned-arena.ts';
import { OP, RAW_CODES, typeOf } from './shape-ops.ts';

export const SHAPES_MAX = 1_024;
export const OPS_MAX = 4_096;
/** Of one shape. */
export const SHAPE_OPS_MAX = 1_024;
/** It is checked between fields: the last may come with the end of its message. */
export const SHAPE_OPS_ROOM = 4;
const EDGES_MAX = 1 << 16;
const WAYS_MAX = 256;

export const NONE = -1;
/** The shape of spans that are kept raw. */
export const RAW_SHAPE = 0;
export const START = 0;

/** An op met first in this block. */
export interface Op {
  readonly code: number;
  /** Of an attribute, else empty. */
  readonly key: Uint8Array;
}

export interface Shape {
  readonly ops: Uint16Array;
  readonly otelKind: number;
  readonly status: number;
  readonly kind: number;
}

const NO_KEY = new Uint8Array(0);

export class ShapeTrie {
  readonly ops: Op[] = [];
  readonly shapes: Shape[] = [];
  /** By edge: the op, and the state that it leads to. */
  readonly opOf: Int32Array = new Int32Array(EDGES_MAX);
  readonly target: Int32Array = new Int32Array(EDGES_MAX);
  readonly #codes = new Int32Array(EDGES_MAX);
  readonly #keyOffsets = new Int32Array(EDGES_MAX);
  readonly #keyLengths = new Int32Array(EDGES_MAX);
  readonly #next = new Int32Array(EDGES_MAX);
  /** By state: the way taken last, the first of all ways, how many there are, the shape that ends here. */
  readonly #last = new Int32Array(EDGES_MAX + 1);
  readonly #first = new Int32Array(EDGES_MAX + 1);
  readonly #ways = new Int32Array(EDGES_MAX + 1);
  readonly #shapeOf = new Int32Array(EDGES_MAX + 1);
  readonly #arena = new AlignedArena();
  readonly #opNumbers = new Map<string, number>();
  #edges = 0;

  constructor() {
    this.clear();
  }

  clear(): void {
    this.#last.fill(NONE, 0, this.#edges + 1);
    this.#first.fill(NONE, 0, this.#edges + 1);
    this.#ways.fill(0, 0, this.#edges + 1);
    this.#shapeOf.fill(NONE, 0, this.#edges + 1);
    this.#edges = 0;
    this.#arena.clear();
    this.#opNumbers.clear();
    this.ops.length = 0;
    this.shapes.length = 0;
    const ops = RAW_CODES.map((code) => this.#op(code, NO_KEY));
    this.shapes.push({ ops: Uint16Array.from(ops), otelKind: 0, status: 0, kind: 0 });
  }

  /** The way from a state by a field that has no key; see `step`. */
  stepPlain(state: number, code: number, view: DataView): number {
    const last = this.#last[state]!;
    return last >= 0 && this.#codes[last] === code ? last : this.step(state, code, view, 0, 0);
  }

  /** The way from a state by a field; NONE where there is no more room for it. */
  step(state: number, code: number, view: DataView, keyAt: number, keyLength: number): number {
    const last = this.#last[state]!;
    if (last >= 0 && this.#is(last, code, view, keyAt, keyLength)) return last;
    for (let edge = this.#first[state]!; edge >= 0; edge = this.#next[edge]!) {
      if (!this.#is(edge, code, view, keyAt, keyLength)) continue;
      this.#last[state] = edge;
      return edge;
    }
    return this.#add(state, code, view, keyAt, keyLength);
  }

  /** The shape that ends at a state; NONE where there is no more room. */
  shape(
    state: number,
    ops: Int32Array,
    count: number,
    otelKind: number,
    status: number,
    kind: number,
  ): number {
    const known = this.#shapeOf[state]!;
    if (known >= 0) return known;
    if (this.shapes.length === SHAPES_MAX) return NONE;
    const shape = this.shapes.length;
    this.shapes.push({ ops: Uint16Array.from(ops.subarray(0, count)), otelKind, status, kind });
    this.#shapeOf[state] = shape;
    return shape;
  }

  #is(edge: number, code: number, view: DataView, keyAt: number, keyLength: number): boolean {
    return (
      this.#codes[edge] === code &&
      this.#keyLengths[edge] === keyLength &&
      this.#arena.equals(this.#keyOffsets[edge]!, keyLength, view, keyAt)
    );
  }

  #add(state: number, code: number, view: DataView, keyAt: number, keyLength: number): number {
    if (this.#edges === EDGES_MAX || this.#ways[state] === WAYS_MAX) return NONE;
    const key = new Uint8Array(view.buffer, view.byteOffset + keyAt, keyLength).slice();
    const op = typeOf(code) === OP.shapeEnd ? 0 : this.#op(code, key);
    if (op < 0) return NONE;
    const edge = this.#edges++;
    this.#codes[edge] = code;
    this.#keyOffsets[edge] = this.#arena.add(view, keyAt, keyLength);
    this.#keyLengths[edge] = keyLength;
    this.opOf[edge] = op;
    this.target[edge] = edge + 1;
    this.#last[edge + 1] = NONE;
    this.#first[edge + 1] = NONE;
    this.#ways[edge + 1] = 0;
    this.#shapeOf[edge + 1] = NONE;
    this.#next[edge] = this.#first[state]!;
    this.#first[state] = edge;
    this.#last[state] = edge;
    this.#ways[state] = this.#ways[state]! + 1;
    return edge;
  }

  #op(code: number, key: Uint8Array): number {
    const id = `${code}:${Buffer.from(key).toString('latin1')}`;
    const known = this.#opNumbers.get(id);
    if (known !== undefined) return known;
    if (this.ops.length === OPS_MAX) return NONE;
    this.ops.push({ code, key });
    this.#opNumbers.set(id, this.ops.length - 1);
    return this.ops.length - 1;
  }
}
