/**
 * What the trace page shows and where the reader is in it, for all tabs alike. Rows are those of the outline that stands now; what outlives an
 * outline (selection, focus) goes by span id. All is in the URL.
 */
import { computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Step } from '../../app/location.ts';
import { FAILED, type Outline, RUNNING, rowOfSpan, spanKeyAt } from '../../data/outline.ts';
import type { ColourBy, Paint } from './colour-by.ts';
import { PlaceInUrl } from './place-in-url.ts';
import { RowFolds } from './row-folds.ts';
import { narrowed, type TimeRange, trailWith } from './time-range.ts';
import { TraceFinds } from './trace-finds.ts';
import { TracePaint } from './trace-paint.ts';
import { TraceSource } from './trace-source.ts';

export interface RowRange {
  readonly first: number;
  /** Behind the last. */
  readonly end: number;
}

/** Of a span's duration, at each side of it when it is zoomed to. */
const MARGIN = 0.08;
const SAID_MS = 2_000;
const PARAMETERS: readonly string[] = [
  ...['span', 'focus', 'from', 'to', 'find', 'colour', 'critical', 'details', 'folds'],
];

/** A step that Back does not undo: what follows the eye. */
const QUIETLY: Step = { replace: true };

export class TraceModel {
  readonly traceId: string;
  readonly source: TraceSource;
  /** The newest there is; undefined until the first has come. */
  readonly outline: ReadonlySignal<Outline | undefined>;
  /** Why the newest asking failed. */
  readonly error: ReadonlySignal<Error | undefined>;
  /** The span in the URL, as spanKeyAt says it, whether the trace has it or not. */
  readonly selected: ReadonlySignal<string | undefined>;
  /** −1: nothing is selected that is there. */
  readonly selectedRow: ReadonlySignal<number>;
  /** The sub-tree that is looked at alone; its row, or −1. */
  readonly focusRow: ReadonlySignal<number>;
  /** Rows of the focus, or all. */
  readonly rows: ReadonlySignal<RowRange>;
  /** Nanoseconds that the whole of the trace takes, growing while it runs. At least 1. */
  readonly total: ReadonlySignal<number>;
  /** Nanoseconds since the outline came, while something runs; else 0. What runs is longer by so much. */
  readonly grown: ReadonlySignal<number>;
  /** The part of the time that is shown; all of it, or of the focus, unless zoomed. */
  readonly range: ReadonlySignal<TimeRange>;
  readonly isZoomed: ReadonlySignal<boolean>;
  /** From the widest to the present range; empty while all is shown. */
  readonly trail: ReadonlySignal<readonly TimeRange[]>;
  /** As it is written in the find box. */
  readonly query: ReadonlySignal<string>;
  /** Rows that match it, rising; empty without a query. */
  readonly matches: ReadonlySignal<Int32Array>;
  readonly finds: TraceFinds;
  readonly colourBy: ReadonlySignal<ColourBy>;
  /** What colours tell, of the outline that stands now. */
  readonly paint: ReadonlySignal<Paint>;
  readonly paintError: ReadonlySignal<Error | undefined>;
  /** Whether the attribute for colours is being chosen. */
  readonly isPicking: Signal<boolean> = signal(false);
  /** Whether bars tell what the trace's end waited for. */
  readonly isCritical: ReadonlySignal<boolean>;
  /** Whether the details of the selected span are wanted. */
  readonly isDetailed: ReadonlySignal<boolean>;
  readonly folds: RowFolds;
  /** What has just been done, for a moment; else empty. */
  readonly said: ReadonlySignal<string>;

  readonly #paint: TracePaint;
  readonly #place = new PlaceInUrl(PARAMETERS);
  readonly #grown: Signal<number> = signal(0);
  readonly #said: Signal<string> = signal('');
  #saidTimer: number | undefined;
  readonly #trail: Signal<readonly TimeRange[]> = signal([]);

  constructor(traceId: string) {
    this.traceId = traceId;
    this.source = new TraceSource(traceId);
    this.outline = this.source.outline;
    this.error = this.source.error;
    this.grown = this.#grown;
    this.trail = this.#trail;
    this.said = this.#said;
    // A link that somebody wrote may have it in capitals.
    this.selected = computed(() => this.#place.value('span').value?.toLowerCase());
    this.selectedRow = this.#rowOf(this.selected);
    this.focusRow = this.#rowOf(this.#place.value('focus'));
    this.rows = computed(() => rowsFrom(this.outline.value, this.focusRow.value));
    this.total = computed(() =>
      Math.max(1, Number(this.outline.value?.durationNano ?? 1) + this.grown.value),
    );
    const asked = computed(() => zoomOf(this.#place));
    // A link of another trace, or of one that has lost its end, may ask for what is not there.
    this.isZoomed = computed(
      () => asked.value !== undefined && asked.value.from < this.total.value,
    );
    this.range = computed(() => (this.isZoomed.value ? asked.value! : this.widest()));
    this.query = computed(() => this.#place.value('find').value ?? '');
    this.finds = new TraceFinds(this.source, this.query);
    this.matches = this.finds.rows;
    this.#paint = new TracePaint(this.source, this.#place.value('colour'));
    this.colourBy = this.#paint.colourBy;
    this.paint = this.#paint.paint;
    this.paintError = this.#paint.error;
    const critical = this.#place.value('critical');
    this.isCritical = computed(() => critical.value !== 'off');
    const details = this.#place.value('details');
    this.isDetailed = computed(() => details.value !== 'off');
    this.folds = new RowFolds(this.outline, this.rows, {
      text: this.#place.value('folds'),
      write: (folds) => this.#place.set({ folds }, QUIETLY),
    });
  }

  /** Asks and keeps asking, until the function that is returned is called. */
  follow(): () => void {
    const ends = [
      this.source.follow(),
      this.finds.follow(),
      this.#paint.follow(),
      effect(() => this.#grow()),
      effect(() => {
        this.#trail.value = this.isZoomed.value
          ? trailWith(this.#trail.peek(), this.range.value)
          : [];
      }),
      () => this.folds.write(),
      () => this.#place.close(),
      () => window.clearTimeout(this.#saidTimer),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  /** −1 selects nothing. Folds that hide the row are opened. */
  select(row: number, step: Step = QUIETLY): void {
    const outline = this.outline.peek();
    if (outline === undefined) return;
    if (row >= 0) {
      const { first, end } = this.rows.peek();
      if (row < first || row >= end) this.focus(-1);
      this.folds.reveal(row);
    }
    this.#place.set({ span: row < 0 ? undefined : spanKeyAt(outline, row) }, step);
  }

  say(what: string): void {
    this.#said.value = what;
    window.clearTimeout(this.#saidTimer);
    this.#saidTimer = window.setTimeout(() => {
      this.#said.value = '';
    }, SAID_MS);
  }

  toggleCritical(): void {
    this.#place.set({ critical: this.isCritical.peek() ? 'off' : undefined }, QUIETLY);
  }

  detail(isWanted: boolean): void {
    this.#place.set({ details: isWanted ? undefined : 'off' }, QUIETLY);
  }

  /** Looks at a sub-tree alone, in its own time; −1 at all again. */
  focus(row: number): void {
    const outline = this.outline.peek();
    if (outline === undefined) return;
    const focus = row < 0 ? undefined : spanKeyAt(outline, row);
    this.folds.write();
    this.#place.set({ focus, from: undefined, to: undefined });
  }

  /** The range is kept within the trace. Undefined shows all. */
  zoom(range: TimeRange | undefined, step?: Step): void {
    const within = range && narrowed(range, this.total.peek());
    const isAll = within === undefined || covers(within, this.widest());
    if (step?.replace !== true) this.folds.write();
    this.#place.set(
      {
        from: isAll ? undefined : String(Math.floor(within.from)),
        to: isAll ? undefined : String(Math.ceil(within.to)),
      },
      step,
    );
  }

  zoomToSpan(row: number): void {
    const outline = this.outline.peek();
    if (row < 0 || outline === undefined) return;
    const start = outline.start[row]!;
    const duration = outline.duration[row]!;
    this.zoom({ from: start - duration * MARGIN, to: start + duration * (1 + MARGIN) });
  }

  /** Where zooming out ends: the time of the focus, or all. */
  widest(): TimeRange {
    const outline = this.outline.value;
    const row = this.focusRow.value;
    if (outline === undefined || row < 0) return { from: 0, to: this.total.value };
    const from = outline.start[row]!;
    return { from, to: from + Math.max(1, this.folds.shape.value!.to[row]! - from) };
  }

  find(query: string): void {
    this.#place.set({ find: query === '' ? undefined : query }, QUIETLY);
  }

  /** Selects the next match behind the selected row, around the end; −1 steps back. False where there is none. */
  findNext(direction: 1 | -1 = 1): boolean {
    return this.#selectNext(this.matches.peek(), direction);
  }

  /** Selects the next span that failed. */
  nextError(direction: 1 | -1 = 1): boolean {
    const outline = this.outline.peek();
    if (outline === undefined) return false;
    const failed: number[] = [];
    for (let row = 0; row < outline.rowCount; row++) {
      if (outline.status[row] === FAILED) failed.push(row);
    }
    return this.#selectNext(failed, direction);
  }

  colour(colourBy: ColourBy): void {
    this.#place.set({ colour: colourBy === 'service' ? undefined : colourBy }, QUIETLY);
  }

  #selectNext(rows: ArrayLike<number>, direction: 1 | -1): boolean {
    if (rows.length === 0) return false;
    const at = this.selectedRow.peek();
    const place = direction > 0 ? nextAfter(rows, at) : nextAfter(rows, at - 1) - 1;
    this.select(rows[(place + rows.length) % rows.length]!);
    return true;
  }

  #rowOf(id: ReadonlySignal<string | undefined>): ReadonlySignal<number> {
    return computed(() => {
      const outline = this.outline.value;
      return id.value === undefined || outline === undefined ? -1 : rowOfSpan(outline, id.value);
    });
  }

  /** While something runs and is not stale, time goes on in the page too. */
  #grow(): (() => void) | undefined {
    const outline = this.outline.value;
    this.#grown.value = 0;
    if (outline === undefined || !isRunning(outline)) return;
    const began = this.source.arrivedAt.peek();
    const every = window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 1_000 : 100;
    const timer = window.setInterval(() => {
      this.#grown.value = (performance.now() - began) * 1e6;
    }, every);
    return () => window.clearInterval(timer);
  }
}

function isRunning({ status, trace }: Outline): boolean {
  return trace.runningCount > trace.staleCount && status.includes(RUNNING);
}

function rowsFrom(outline: Outline | undefined, focusRow: number): RowRange {
  if (outline === undefined) return { first: 0, end: 0 };
  if (focusRow < 0) return { first: 0, end: outline.rowCount };
  return { first: focusRow, end: outline.subtreeEnd[focusRow]! };
}

function zoomOf(place: PlaceInUrl): TimeRange | undefined {
  const from = Number(place.value('from').value ?? Number.NaN);
  const to = Number(place.value('to').value ?? Number.NaN);
  return to > from && from >= 0 && to <= Number.MAX_SAFE_INTEGER ? { from, to } : undefined;
}

const covers = (one: TimeRange, other: TimeRange): boolean =>
  one.from <= other.from && one.to >= other.to;

/** The first place whose row is greater; the length where there is none. */
function nextAfter(rows: ArrayLike<number>, row: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]! > row) high = middle;
    else low = middle + 1;
  }
  return low;
}
