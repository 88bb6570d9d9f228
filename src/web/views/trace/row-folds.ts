/** Which rows are folded: by hand, by level, or because they are many of a kind. Kept from one outline to the next, and in the URL as fold-text.ts tells. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Outline } from '../../data/outline.ts';
import { carryFolds } from './carry-folds.ts';
import { foldsFromText, foldsToText } from './fold-text.ts';
import { type FoldState, type RowShape, shapeOf, visibleRows } from './row-shape.ts';

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

/** Where folds are kept. */
export interface FoldPlace {
  readonly text: ReadonlySignal<string | undefined>;
  write(text: string | undefined): void;
}

/** After the last of changes that follow each other. */
const REST_MS = 150;

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
  readonly #place: FoldPlace;
  /** As it was last written, or read. */
  #text: string | undefined;
  /** What only showed a span is no wish: the URL names the span. */
  #isByHand = false;
  #timer: number | undefined;

  constructor(
    outline: ReadonlySignal<Outline | undefined>,
    rows: ReadonlySignal<FoldedRows>,
    place: FoldPlace,
  ) {
    this.#outline = outline;
    this.#place = place;
    this.#rows = rows;
    this.shape = computed(() => outline.value && shapeOf(outline.value));
    // Computed and not followed, so that nobody sees a new outline beside the folds of the last one.
    this.#held = computed(() => {
      void this.#changes.value;
      this.#newest = this.#heldFor(outline.value, place.text.value);
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

  /** What waits to be written is. */
  write(): void {
    window.clearTimeout(this.#timer);
    const { outline, closed, openRuns } = this.#held.peek();
    const shape = this.shape.peek();
    if (outline === undefined || shape === undefined || !this.#isByHand) return;
    this.#text = foldsToText(outline, shape, { closed, openRuns }, this.#rows.peek());
    this.#place.write(this.#text);
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
    if (isChanged) this.#changed(false);
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

  #changed(isByHand = true): void {
    this.#isByHand ||= isByHand;
    this.#changes.value += 1;
    window.clearTimeout(this.#timer);
    if (this.#isByHand) this.#timer = window.setTimeout(() => this.write(), REST_MS);
  }

  /** Folds go over from one outline to the next, unless the URL has brought others. */
  #heldFor(now: Outline | undefined, text: string | undefined): Held {
    const { outline: old, closed, openRuns } = this.#newest;
    if (now === undefined) return NOTHING;
    if (old === undefined || text !== this.#text) {
      this.#text = text;
      this.#isByHand = text !== undefined;
      return { outline: now, ...foldsFromText(text, now) };
    }
    if (now === old) return { outline: now, closed, openRuns };
    return { outline: now, ...carryFolds({ closed, openRuns }, old, now) };
  }
}
