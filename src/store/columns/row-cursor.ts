/**
 * Finds where a row's values lie in the columns: behind those of all rows before it. Moves forward only; what
 * lies between two rows is counted shape by shape, so that a jump costs little more than a step.
 */
import type { BlockLayout } from './block-layout.ts';
import type { BlockRows } from './block-rows.ts';

export class RowCursor {
  readonly #layout: BlockLayout;
  readonly #rows: BlockRows;
  readonly #places: Int32Array;
  readonly #passed: Int32Array;
  /** Rows before this one are counted. */
  #row = 0;

  constructor(layout: BlockLayout, rows: BlockRows) {
    this.#layout = layout;
    this.#rows = rows;
    this.#places = new Int32Array(layout.ops.length);
    this.#passed = new Int32Array(layout.shapes.length);
  }

  /** Sets `next` to the places behind the values of a row, which is not before the last one. */
  moveBehind(row: number, next: Int32Array): void {
    const { shapes } = this.#rows;
    const passed = this.#passed;
    for (; this.#row <= row; this.#row++) {
      const shape = shapes[this.#row]!;
      passed[shape] = passed[shape]! + 1;
    }
    const places = this.#places;
    for (const [shape, { ops }] of this.#layout.shapes.entries()) {
      const times = passed[shape]!;
      if (times === 0) continue;
      for (let i = 0; i < ops.length; i++) places[ops[i]!] = places[ops[i]!]! + times;
      passed[shape] = 0;
    }
    next.set(places);
  }
}
