/**
 * Keeps the picture of the timeline true: draws when something of it changes, at most once a frame, and only what is on the screen. It holds what
 * the reader looks at where it is when rows come, go or fold above it.
 */
import { computed, effect, type Signal, signal } from '@preact/signals';
import { isDark } from '../../../../app/theme.ts';
import { tokenColour } from '../../../../colour/token-colour.ts';
import { FLAG, type Outline, RUNNING, rowOfSpan, spanIdAt } from '../../../../data/outline.ts';
import type { Paint } from '../../colour-by.ts';
import { placeOf } from '../../row-shape.ts';
import type { TimeRange } from '../../time-range.ts';
import type { RowRange, TraceModel } from '../../trace-model.ts';
import { type CriticalRows, criticalRows } from './critical-rows.ts';
import { drawRows } from './draw-rows.ts';
import { drawGrid, drawRuler } from './draw-ruler.ts';
import { drawTree, indentOf } from './draw-tree.ts';
import {
  type Frame,
  HEAD_HEIGHT,
  ROW_HEIGHT,
  rangeLeft,
  rangeWidth,
  type Tokens,
} from './frame.ts';
import { NameRows } from './name-rows.ts';
import { rulerTicks } from './ruler-ticks.ts';
import { SpanNotes } from './span-notes.ts';

export interface ScreenElements {
  /** Scrolls. */
  readonly scroller: HTMLElement;
  /** As high as all rows, in the scroller. */
  readonly tall: HTMLElement;
  /** Stays in sight, in the tall one. */
  readonly screen: HTMLElement;
  readonly rows: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly ruler: HTMLCanvasElement;
}

interface Held {
  readonly outline: Outline;
  readonly visible: Int32Array;
}

/** Of a bar that runs, its stripes pass by in this time. */
const BEAT_MS = 1_600;
const FONT_SIZE = '11px';

export class TimelineScreen {
  /** Pixels that the names take. */
  readonly names: Signal<number>;
  /** Pixels that the range takes. */
  readonly width: Signal<number> = signal(0);

  readonly #model: TraceModel;
  readonly #elements: ScreenElements;
  readonly #nameRows: NameRows;
  readonly #notes: SpanNotes;
  readonly #isStill = window.matchMedia('(prefers-reduced-motion: reduce)');
  readonly #font = `${FONT_SIZE} ${getComputedStyle(document.body).fontFamily}`;
  readonly #ends: (() => void)[] = [];
  #height = 0;
  #fullWidth = 0;
  #held: Held | undefined;
  #frame = 0;
  #deepest = 0;
  #stamp = 0;
  #asked: { first: number; end: number; visible: Int32Array } | undefined;
  #paint: Paint | undefined;
  #tokens: Tokens | undefined;
  #critical: CriticalRows | undefined;
  #found: Uint8Array | undefined;

  constructor(model: TraceModel, elements: ScreenElements, names: Signal<number>) {
    this.#model = model;
    this.#elements = elements;
    this.names = names;
    this.#nameRows = new NameRows(elements.rows);
    this.#notes = new SpanNotes(model.traceId, () => this.#rewrite());
    this.#follow();
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#notes.close();
    cancelAnimationFrame(this.#frame);
  }

  /** The row at a height on the screen, or −1. */
  rowAt(y: number): number {
    const place = Math.floor((this.#elements.scroller.scrollTop + y) / ROW_HEIGHT);
    return this.#model.folds.visible.peek()[place] ?? -1;
  }

  /** Nanoseconds at a distance from the left edge of the names. */
  timeAt(x: number): number {
    const { from, to } = this.#model.range.peek();
    return from + ((x - rangeLeft(this.names.peek())) / this.width.peek()) * (to - from);
  }

  /** Pixels from the left edge of the names. */
  xOf(at: number): number {
    const { from, to } = this.#model.range.peek();
    return rangeLeft(this.names.peek()) + ((at - from) / (to - from)) * this.width.peek();
  }

  /** By rows, up where negative. */
  scroll(rows: number): void {
    this.#elements.scroller.scrollTop += rows * ROW_HEIGHT;
  }

  /** Brings a row into sight, and its time too. */
  show(row: number): void {
    const visible = this.#model.folds.visible.peek();
    const place = placeOf(visible, row);
    if (place < 0) return;
    const { scroller } = this.#elements;
    const top = place * ROW_HEIGHT;
    this.#layOut(visible.length);
    if (top < scroller.scrollTop || top + ROW_HEIGHT > scroller.scrollTop + this.#height) {
      scroller.scrollTop = top - this.#height / 2;
    }
    const outline = this.#model.outline.peek();
    if (outline === undefined || !this.#model.isZoomed.peek()) return;
    const { from, to } = this.#model.range.peek();
    const start = outline.start[row]!;
    if (start + outline.duration[row]! >= from && start <= to) return;
    const begin = start - (to - from) * 0.2;
    this.#model.zoom({ from: begin, to: begin + to - from }, { replace: true });
  }

  #follow(): void {
    const { scroller, screen } = this.#elements;
    const draw = (): void => this.#drawSoon();
    scroller.addEventListener('scroll', draw, { passive: true });
    this.#ends.push(() => scroller.removeEventListener('scroll', draw));
    const sizes = new ResizeObserver(() => this.#measure());
    sizes.observe(scroller);
    this.#ends.push(() => sizes.disconnect());
    screen.style.height = '0';
    const model = this.#model;
    // Not the outline itself: another one is no reason to go to the selected span.
    const hasOutline = computed(() => model.outline.value !== undefined);
    this.#ends.push(
      effect(() => this.#hold(model.outline.value, model.folds.visible.value)),
      effect(() => {
        this.#notes.forget();
        const outline = model.outline.value;
        this.#critical = outline && criticalRows(outline.criticalPath);
      }),
      effect(() => {
        const outline = model.outline.value;
        this.#paint = outline && model.paint.value;
        this.#tokens = tokensNow(isDark.value);
        this.#rewrite();
      }),
      effect(() => {
        const { rowCount } = model.outline.value ?? { rowCount: 0 };
        this.#found = model.query.value === '' ? undefined : marked(model.matches.value, rowCount);
        this.#rewrite();
      }),
      effect(() => {
        const row = model.selectedRow.value;
        if (row >= 0) model.folds.reveal(row);
        this.#rewrite();
      }),
      effect(() => {
        void [this.names.value, model.focusRow.value];
        this.#measure();
        this.#rewrite();
      }),
      effect(() => {
        void [model.range.value, model.grown.value, model.isCritical.value];
        this.#drawSoon();
      }),
      // What is selected comes into sight when another span is, not when rows move.
      effect(() => {
        const id = model.selected.value;
        if (id !== undefined && hasOutline.value) this.show(model.selectedRow.peek());
      }),
    );
  }

  /** Rows have changed: what stood at the top of the screen, or is selected on it, stays where it was. */
  #hold(outline: Outline | undefined, visible: Int32Array): void {
    const held = this.#held;
    this.#stamp++;
    if (outline === undefined) return;
    const { scroller } = this.#elements;
    const anchor = held && this.#anchor(held);
    this.#held = { outline, visible };
    this.#deepest = deepestOf(outline, this.#model.rows.peek());
    this.#layOut(visible.length);
    if (held !== undefined && anchor !== undefined && anchor.place > 0) {
      const same = held.outline === outline;
      const row = same ? anchor.row : rowOfSpan(outline, spanIdAt(held.outline, anchor.row));
      const place = placeOf(visible, row);
      if (row >= 0 && place >= 0) scroller.scrollTop += (place - anchor.place) * ROW_HEIGHT;
    }
    this.#drawSoon();
  }

  #anchor({ visible }: Held): { row: number; place: number } | undefined {
    const first = Math.ceil(this.#elements.scroller.scrollTop / ROW_HEIGHT);
    const selected = this.#model.selectedRow.peek();
    const place = placeOf(visible, selected);
    const isOnScreen =
      place >= first && place * ROW_HEIGHT < (first + 1) * ROW_HEIGHT + this.#height;
    const at = isOnScreen && visible[place] === selected ? place : first;
    const row = visible[at];
    return row === undefined ? undefined : { row, place: at };
  }

  #layOut(rows: number): void {
    const height = `${rows * ROW_HEIGHT}px`;
    if (this.#elements.tall.style.height !== height) this.#elements.tall.style.height = height;
  }

  #measure(): void {
    const { scroller, screen, canvas, ruler } = this.#elements;
    const wasSeen = this.#isSeen(this.#model.selectedRow.peek());
    this.#height = scroller.clientHeight;
    this.#fullWidth = scroller.clientWidth;
    screen.style.height = `${this.#height}px`;
    this.width.value = rangeWidth(this.#fullWidth, this.names.value);
    sizeTo(canvas, this.#fullWidth, this.#height);
    sizeTo(ruler, this.#fullWidth, HEAD_HEIGHT);
    // Details that open may not cover the span that they are of.
    if (wasSeen) this.show(this.#model.selectedRow.peek());
    // A canvas of another size is empty, and would be shown so before the next frame.
    this.#draw(performance.now());
  }

  #isSeen(row: number): boolean {
    const place = placeOf(this.#model.folds.visible.peek(), row);
    const top = place * ROW_HEIGHT - this.#elements.scroller.scrollTop;
    return row >= 0 && place >= 0 && top >= 0 && top < this.#height;
  }

  /** What rows say may be another thing now. */
  #rewrite(): void {
    this.#stamp++;
    this.#drawSoon();
  }

  #drawSoon(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame((now) => {
      this.#frame = 0;
      this.#draw(now);
    });
  }

  #draw(now: number): void {
    const frame = this.#frameNow(now);
    if (frame === undefined) return;
    const { canvas, ruler } = this.#elements;
    const indent = indentOf(frame.names, this.#deepest);
    this.#nameRows.show(frame, String(this.#stamp), indent);
    const ticks = rulerTicks(frame.range, rangeWidth(frame.width, frame.names));
    const bars = scaledContext(canvas);
    bars.clearRect(0, 0, frame.width, frame.height);
    drawGrid(bars, frame, ticks);
    drawTree(bars, frame, indent);
    drawRows(bars, frame);
    drawRuler(scaledContext(ruler), frame, ticks);
    this.#askNotes(frame);
    if (!this.#isStill.matches && hasRunning(frame)) this.#drawSoon();
  }

  #frameNow(now: number): Frame | undefined {
    const model = this.#model;
    const shape = model.folds.shape.peek();
    if (this.#held === undefined || shape === undefined) return undefined;
    if (this.#paint === undefined || this.#tokens === undefined) return undefined;
    const { outline, visible } = this.#held;
    if (outline !== model.outline.peek()) return undefined;
    const { scrollTop } = this.#elements.scroller;
    const first = Math.floor(scrollTop / ROW_HEIGHT);
    return {
      ...{ outline, shape, visible, scrollTop },
      first: Math.min(first, visible.length),
      end: Math.min(visible.length, first + Math.ceil(this.#height / ROW_HEIGHT) + 1),
      range: model.range.peek() satisfies TimeRange,
      width: this.#fullWidth,
      height: this.#height,
      names: this.names.peek(),
      paint: this.#paint,
      tokens: this.#tokens,
      font: this.#font,
      critical: model.isCritical.peek() ? this.#critical : undefined,
      found: this.#found,
      selectedRow: model.selectedRow.peek(),
      focusRow: model.focusRow.peek(),
      grown: model.grown.peek(),
      beat: (now % BEAT_MS) / BEAT_MS,
      notes: this.#notes,
      runAt: (row) => model.folds.runAt(row),
      isClosed: (row) => model.folds.isClosed(row),
    };
  }

  #askNotes({ outline, visible, first, end }: Frame): void {
    const asked = this.#asked;
    if (asked?.first === first && asked.end === end && asked.visible === visible) return;
    this.#asked = { first, end, visible };
    this.#notes.want(outline, visible.subarray(first, end));
  }
}

function tokensNow(_dark: boolean): Tokens {
  return {
    ground: tokenColour('--ground'),
    ink: tokenColour('--ink'),
    soft: tokenColour('--ink-soft'),
    faint: tokenColour('--ink-faint'),
    line: tokenColour('--line'),
    lineStrong: tokenColour('--line-strong'),
    error: tokenColour('--error'),
    warning: tokenColour('--warning'),
    accent: tokenColour('--accent'),
  };
}

/** Levels below the first row. */
function deepestOf({ depth }: Outline, { first, end }: RowRange): number {
  let deepest = 0;
  for (let row = first; row < end; row++) if (depth[row]! > deepest) deepest = depth[row]!;
  return deepest - (depth[first] ?? 0);
}

function marked(rows: Int32Array, rowCount: number): Uint8Array {
  const marks = new Uint8Array(rowCount);
  for (const row of rows) marks[row] = 1;
  return marks;
}

function hasRunning({ outline, visible, first, end }: Frame): boolean {
  for (let place = first; place < end; place++) {
    const row = visible[place]!;
    if (outline.status[row] === RUNNING && (outline.flags[row]! & FLAG.stale) === 0) return true;
  }
  return false;
}

function sizeTo(canvas: HTMLCanvasElement, width: number, height: number): void {
  const ratio = window.devicePixelRatio;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width === wide && canvas.height === high) return;
  canvas.width = wide;
  canvas.height = high;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}

function scaledContext(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d')!;
  const ratio = window.devicePixelRatio;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
