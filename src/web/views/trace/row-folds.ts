/** Which rows are folded: by hand, by level, or because they are many of a kind. Kept from one outline to the next. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Outline } from '../../data/outline.ts';
import { carryFolds } from './carry-folds.ts';
import { type FoldState, firstFolds, type RowShape, shapeOf, visibleRows } from './row-shape.ts';

interface Held extends FoldState {
  readonly outline: Outline | undefined;
}

const NOTHING: Held = {
  outline: undefined,
  closed: new Uint8Array(0),
  openRuns: new Uint8Array(0),
};
const NO_ROWS = new Int32Array(0);

export interface FoldedRows {
  readonly first: number;
  readonly end: number;
}

export class RowFolds {
  /** Of the newest outline; undefined before the first. */
  readonly shape: ReadonlySignal<RowShape | undefined>;
  /** Rows that no fold hides, of those that are looked at; rising. */
  readonly visible: ReadonlySignal<Int32Array>;

  readonly #outline: ReadonlySignal<Outline | undefined>;
  readonly #rows: ReadonlySignal<FoldedRows>;
  /** Another object with every change; its arrays are changed in place. */
  readonly #held: ReadonlySignal<Held>;
  readonly #changes: Signal<number> = signal(0);
  #newest: Held = NOTHING;

  constructor(outline: ReadonlySignal<Outline | undefined>, rows: ReadonlySignal<FoldedRows>) {
    this.#outline = outline;
    this.#rows = rows;
    this.shape = computed(() => outline.value && shapeOf(outline.value));
    // Computed and not followed, so that nobody sees a new outline beside the folds of the last one.
    this.#held = computed(() => {
      void this.#changes.value;
      this.#newest = heldFor(outline.value, this.#newest);
      return this.#newest;
    });
    this.visible = computed(() => {
      const held = this.#held.value;
      if (held.outline === undefined) return NO_ROWS;
      return visibleRows(held.outline, this.shape.value!, held, rows.value);
    });
  }

  /** Whether its children are hidden. */
  isClosed(row: number): boolean {
    return this.#held.value.closed[row] === 1;
  }

  /** How many rows a shown row stands for, where it is the first of a run that is folded; else 0. */
  runAt(row: number): number {
    return this.#held.value.openRuns[row] === 0 ? (this.shape.value?.runLength[row] ?? 0) : 0;
  }

  /** Opens what is closed at a row, or closes what is open: its children, else its run. */
  toggle(row: number): void {
    const outline = this.#outline.peek();
    if (outline === undefined) return;
    if (outline.childCount[row]! > 0) this.#set([row], this.isClosed(row) ? 0 : 1);
    else this.#toggleRun(row);
  }

  /** False where there is nothing to open, or to close. */
  set(row: number, isClosed: boolean): boolean {
    const outline = this.#outline.peek();
    if (outline === undefined || row < 0) return false;
    if (outline.childCount[row]! > 0) {
      if (this.isClosed(row) === isClosed) return false;
      this.#set([row], isClosed ? 1 : 0);
      return true;
    }
    const isRunClosed = this.runAt(row) > 0;
    if ((this.shape.peek()?.runFirst[row] ?? -1) < 0 || isRunClosed === isClosed) return false;
    this.#toggleRun(row);
    return true;
  }

  /** Every row that has children, below the first that is looked at; or opens them, and every run. */
  setAll(isClosed: boolean): void {
    const { closed, openRuns } = this.#held.peek();
    const { first, end } = this.#rows.peek();
    closed.fill(isClosed ? 1 : 0, first, end);
    openRuns.fill(isClosed ? 0 : 1, first, end);
    this.#changed();
  }

  /** The deepest level that is open is closed. */
  closeLevel(): void {
    const outline = this.#outline.peek();
    if (outline === undefined) return;
    const open = this.#among((row) => outline.childCount[row]! > 0 && !this.isClosed(row));
    const deepest = open.reduce((depth, row) => Math.max(depth, outline.depth[row]!), -1);
    this.#set(
      open.filter((row) => outline.depth[row] === deepest),
      1,
    );
  }

  /** The uppermost level with something closed is opened. */
  openLevel(): void {
    const outline = this.#outline.peek();
    if (outline === undefined) return;
    const closed = this.#among((row) => outline.childCount[row]! > 0 && this.isClosed(row));
    const upper = closed.reduce((depth, row) => Math.min(depth, outline.depth[row]!), Infinity);
    this.#set(
      closed.filter((row) => outline.depth[row] === upper),
      0,
    );
  }

  /** Opens all that hides a row. */
  reveal(row: number): void {
    const outline = this.#outline.peek();
    if (outline === undefined) return;
    const { closed, openRuns } = this.#held.peek();
    let isChanged = false;
    for (let above = outline.parent[row]!; above >= 0; above = outline.parent[above]!) {
      isChanged ||= closed[above] === 1;
      closed[above] = 0;
    }
    const run = this.shape.peek()?.runFirst[row] ?? -1;
    if (run >= 0 && run !== row && openRuns[run] === 0) {
      openRuns[run] = 1;
      isChanged = true;
    }
    if (isChanged) this.#changed();
  }

  #toggleRun(row: number): void {
    const first = this.shape.peek()?.runFirst[row] ?? -1;
    if (first < 0) return;
    const { openRuns } = this.#held.peek();
    openRuns[first] = openRuns[first] === 0 ? 1 : 0;
    this.#changed();
  }

  #among(holds: (row: number) => boolean): number[] {
    return [...this.visible.peek()].filter(holds);
  }

  #set(rows: readonly number[], value: 0 | 1): void {
    const { closed } = this.#held.peek();
    for (const row of rows) closed[row] = value;
    this.#changed();
  }

  #changed(): void {
    this.#changes.value += 1;
  }
}

/** Folds go over from one outline to the next. */
function heldFor(now: Outline | undefined, { outline: old, closed, openRuns }: Held): Held {
  if (now === undefined) return NOTHING;
  if (now === old) return { outline: now, closed, openRuns };
  if (old !== undefined) return { outline: now, ...carryFolds({ closed, openRuns }, old, now) };
  return { outline: now, ...firstFolds(now) };
}
