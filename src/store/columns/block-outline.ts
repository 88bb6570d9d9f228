/** What a search compares before it looks at attributes: one array a property, one element a row. */
import type { BlockEnvelopes } from './block-envelopes.ts';
import type { BlockLayout } from './block-layout.ts';
import type { BlockRows } from './block-rows.ts';
import { OP, typeOf } from './shape-ops.ts';
import { RAW_SHAPE } from './shape-trie.ts';

const WORD = 0x100000000;

export interface BlockOutline {
  /** Four words a row: start low, start high, end low, end high, as COLUMN.start and COLUMN.end have them. */
  readonly times: Uint32Array;
  /** Nanoseconds, the nearest double. */
  readonly start: Float64Array;
  /** Nanoseconds, never negative, as `durationOf` has it. */
  readonly duration: Float64Array;
  /** As the scanner holds it: a number above 254 as 255. */
  readonly status: Uint8Array;
  /** Likewise. */
  readonly otelKind: Uint8Array;
  /** Index into SPAN_KINDS. */
  readonly kind: Uint8Array;
  /** Index into `services`. */
  readonly service: Uint16Array;
  /** `undefined` where the resource names none. Each once. */
  readonly services: readonly (string | undefined)[];
  /** Index into `names`. */
  readonly name: Uint16Array;
  /** Span names. One may stand twice, under different OTel kinds. */
  readonly names: readonly string[];
  /** Traces in the order in which they appear, from 0; `traceIds` has four words each. */
  readonly trace: Uint16Array;
  readonly traceIds: Uint32Array;
  readonly arrival: Float64Array;
}

/** Each column is decoded when it is first asked for. Its getters @throws DamagedBlock. */
export class LazyOutline implements BlockOutline {
  readonly #layout: BlockLayout;
  readonly #rows: BlockRows;
  readonly #envelopes: BlockEnvelopes;
  #startValues: Float64Array | undefined;
  #durationValues: Float64Array | undefined;
  #shapeColumns: ShapeColumns | undefined;
  #serviceValues: Uint16Array | undefined;
  #traceValues: Uint16Array | undefined;

  constructor(layout: BlockLayout, rows: BlockRows, envelopes: BlockEnvelopes) {
    this.#layout = layout;
    this.#rows = rows;
    this.#envelopes = envelopes;
  }

  get times(): Uint32Array {
    return this.#rows.times;
  }

  get start(): Float64Array {
    if (this.#startValues === undefined) {
      const { times, count } = this.#rows;
      const start = new Float64Array(count);
      for (let row = 0; row < count; row++)
        start[row] = times[row * 4 + 1]! * WORD + times[row * 4]!;
      this.#startValues = start;
    }
    return this.#startValues;
  }

  get duration(): Float64Array {
    if (this.#durationValues === undefined) {
      const { times, count } = this.#rows;
      const duration = new Float64Array(count);
      for (let row = 0; row < count; row++) {
        const at = row * 4;
        const long = (times[at + 3]! - times[at + 1]!) * WORD + (times[at + 2]! - times[at]!);
        duration[row] = long > 0 ? long : 0;
      }
      this.#durationValues = duration;
    }
    return this.#durationValues;
  }

  get status(): Uint8Array {
    return this.#ofShapes.status;
  }

  get otelKind(): Uint8Array {
    return this.#ofShapes.otelKind;
  }

  get kind(): Uint8Array {
    return this.#ofShapes.kind;
  }

  get name(): Uint16Array {
    return this.#ofShapes.name;
  }

  get names(): readonly string[] {
    return this.#ofShapes.names;
  }

  get service(): Uint16Array {
    this.#serviceValues ??= servicesOf(this.#layout, this.#envelopes, this.#rows.count);
    return this.#serviceValues;
  }

  get services(): readonly (string | undefined)[] {
    return [...this.#layout.services, undefined];
  }

  get trace(): Uint16Array {
    this.#traceValues ??= new Uint16Array(this.#rows.traces);
    return this.#traceValues;
  }

  get traceIds(): Uint32Array {
    return this.#rows.traceIds;
  }

  get arrival(): Float64Array {
    return this.#rows.arrivals;
  }

  get #ofShapes(): ShapeColumns {
    this.#shapeColumns ??= shapeColumns(this.#layout, this.#rows);
    return this.#shapeColumns;
  }
}

/** What a row's shape says, or of a raw span its own columns; and its name. */
interface ShapeColumns {
  readonly status: Uint8Array;
  readonly otelKind: Uint8Array;
  readonly kind: Uint8Array;
  readonly name: Uint16Array;
  readonly names: readonly string[];
}

function shapeColumns(layout: BlockLayout, { count, shapes }: BlockRows): ShapeColumns {
  const status = new Uint8Array(count);
  const otelKind = new Uint8Array(count);
  const kind = new Uint8Array(count);
  const name = new Uint16Array(count);
  const named = namesOf(layout);
  const next = new Uint32Array(layout.ops.length);
  const [, rawName, rawKind, rawStatus, rawSpanKind] = layout.shapes[RAW_SHAPE]!.ops;
  const raw = (op: number | undefined, at: number) => layout.ops[op!]!.numbers[at]!;
  const nameOps = Int32Array.from(layout.shapes, ({ nameOp }) => nameOp);
  nameOps[RAW_SHAPE] = rawName!;
  const statuses = Uint8Array.from(layout.shapes, (shape) => shape.status);
  const otelKinds = Uint8Array.from(layout.shapes, (shape) => shape.otelKind);
  const kinds = Uint8Array.from(layout.shapes, (shape) => shape.kind);
  for (let row = 0; row < count; row++) {
    const number = shapes[row]!;
    status[row] = statuses[number]!;
    otelKind[row] = otelKinds[number]!;
    kind[row] = kinds[number]!;
    const nameOp = nameOps[number]!;
    if (nameOp < 0) {
      name[row] = named.nameless;
      continue;
    }
    const value = next[nameOp]!;
    next[nameOp] = value + 1;
    name[row] = named.first[nameOp]! + named.indexes[nameOp]![value]!;
    if (number !== RAW_SHAPE) continue;
    status[row] = raw(rawStatus, value);
    otelKind[row] = raw(rawKind, value);
    kind[row] = raw(rawSpanKind, value);
  }
  return { status, otelKind, kind, name, names: named.names };
}

function servicesOf(layout: BlockLayout, envelopes: BlockEnvelopes, count: number): Uint16Array {
  const service = new Uint16Array(count);
  let row = 0;
  for (let scope = 0; scope < envelopes.scopeEnds.length; scope++) {
    const known = layout.serviceOf[envelopes.resourceFrames[envelopes.resourceOf[scope]!]!]!;
    service.fill(known < 0 ? layout.services.length : known, row, envelopes.scopeEnds[scope]!);
    row = envelopes.scopeEnds[scope]!;
  }
  return service;
}

/** Names by column one behind the other, then the empty one. */
function namesOf(layout: BlockLayout): {
  names: string[];
  nameless: number;
  /** By op: where its names begin, and which of them each value is. */
  first: number[];
  indexes: Float64Array[];
} {
  const names: string[] = [];
  const first: number[] = [];
  const indexes: Float64Array[] = [];
  for (const [op, column] of layout.ops.entries()) {
    const type = typeOf(column.code);
    if ((type !== OP.name && type !== OP.rawName) || column.count === 0) continue;
    const { strings } = column;
    first[op] = names.length;
    indexes[op] = strings.indexes;
    for (let i = 0; i < strings.size; i++) names.push(textOf(strings.entry(i)));
  }
  return { names, nameless: names.push('') - 1, first, indexes };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}
