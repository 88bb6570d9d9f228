/**
 * Mouse, pen and fingers on the bars: a drag chooses a range to zoom to, with Shift or the middle button it pans; a click selects; the wheel scrolls,
 * with Ctrl it zooms where the pointer is, with Shift it pans. One finger pans sideways and scrolls, two zoom.
 */
import { type Signal, signal } from '@preact/signals';
import { moved, scaled, type TimeRange } from '../../time-range.ts';
import type { TraceModel } from '../../trace-model.ts';
import type { TimelineScreen } from './timeline-screen.ts';

const DRAG_MIN = 4;
const WHEEL_ZOOM = 0.005;
const WHEEL_MAX = 120;
const QUIETLY = { replace: true } as const;
/** Between the two clicks of a double one. */
const DOUBLE_MS = 500;

interface Finger {
  readonly id: number;
  readonly x: number;
}

interface Click {
  readonly row: number;
  readonly x: number;
  readonly y: number;
  readonly atMs: number;
}

interface Drag {
  readonly mode: 'choose' | 'pan';
  readonly x: number;
  readonly y: number;
  readonly range: TimeRange;
  isMoving: boolean;
}

export class TimelinePointer {
  /** Pixels from the left edge of the names: where the pointer is over the bars. */
  readonly hover: Signal<number | undefined> = signal(undefined);
  /** What a drag has chosen so far. */
  readonly chosen: Signal<TimeRange | undefined> = signal(undefined);

  readonly #model: TraceModel;
  readonly #screen: TimelineScreen;
  readonly #host: HTMLElement;
  #drag: Drag | undefined;
  #clicked: Click | undefined;
  #fingers: readonly Finger[] = [];

  /** @param host takes the events; its left edge is that of the names */
  constructor(model: TraceModel, screen: TimelineScreen, host: HTMLElement) {
    this.#model = model;
    this.#screen = screen;
    this.#host = host;
  }

  /** Until the function that is returned is called. */
  listen(): () => void {
    const given = new AbortController();
    const { signal: until } = given;
    const on = <K extends keyof HTMLElementEventMap>(
      type: K,
      handle: (event: HTMLElementEventMap[K]) => void,
      passive = true,
    ): void => this.#host.addEventListener(type, handle, { signal: until, passive });
    on('pointerdown', (event) => this.#down(event), false);
    on('pointermove', (event) => this.#move(event));
    on('pointerup', (event) => this.#up(event));
    on('pointercancel', (event) => this.#cancel(event));
    on('pointerleave', () => {
      this.hover.value = undefined;
    });
    on('dblclick', (event) => this.#doubleClick(event));
    on('wheel', (event) => this.#wheel(event), false);
    const first = { signal: until, capture: true };
    window.addEventListener('pointerdown', (event) => this.#downBeside(event, given), first);
    return () => given.abort();
  }

  #xOf(event: MouseEvent): number {
    return event.clientX - this.#host.getBoundingClientRect().left;
  }

  #yOf(event: MouseEvent): number {
    return event.clientY - this.#host.getBoundingClientRect().top;
  }

  #down(event: PointerEvent): void {
    const x = this.#xOf(event);
    if (event.pointerType === 'touch') {
      this.#fingers = [...this.#fingers, { id: event.pointerId, x }];
      if (this.#fingers.length > 1) {
        this.#drag = undefined;
        return;
      }
    }
    if (event.button > 1) return;
    const isPan = event.pointerType === 'touch' || event.button === 1 || event.shiftKey;
    const range = this.#model.range.peek();
    this.#drag = { mode: isPan ? 'pan' : 'choose', x, y: this.#yOf(event), range, isMoving: false };
    if (event.button === 1) event.preventDefault();
  }

  #move(event: PointerEvent): void {
    const x = this.#xOf(event);
    if (event.pointerType !== 'touch') {
      this.hover.value = x >= this.#screen.names.peek() ? x : undefined;
    }
    if (this.#fingers.length === 2) this.#pinch(event.pointerId, x);
    const drag = this.#drag;
    if (drag === undefined) return;
    if (!drag.isMoving) {
      if (Math.abs(x - drag.x) < DRAG_MIN || drag.x < this.#screen.names.peek()) return;
      drag.isMoving = true;
      this.#host.setPointerCapture(event.pointerId);
    }
    if (drag.mode === 'pan') {
      this.#model.zoom(moved(drag.range, (drag.x - x) / this.#screen.width.peek()), QUIETLY);
    } else {
      const [one, other] = [this.#screen.timeAt(drag.x), this.#screen.timeAt(x)];
      const { from, to } = this.#model.range.peek();
      this.chosen.value = {
        from: Math.max(from, Math.min(one, other)),
        to: Math.min(to, Math.max(one, other)),
      };
    }
  }

  /** The second click where the details of the first have come to stand is of the span yet, and not of them. */
  #downBeside(event: PointerEvent, { signal: until }: AbortController): void {
    const clicked = this.#clicked;
    this.#clicked = undefined;
    if (clicked === undefined || event.timeStamp - clicked.atMs > DOUBLE_MS) return;
    if (Math.hypot(event.clientX - clicked.x, event.clientY - clicked.y) > DRAG_MIN) return;
    if (event.target instanceof Node && this.#host.contains(event.target)) return;
    event.stopPropagation();
    const swallow = (click: MouseEvent): void => {
      click.preventDefault();
      click.stopPropagation();
    };
    window.addEventListener('click', swallow, { signal: until, capture: true, once: true });
    this.#model.zoomToSpan(clicked.row);
  }

  #up(event: PointerEvent): void {
    this.#lift(event);
    const drag = this.#drag;
    this.#drag = undefined;
    if (drag === undefined) return;
    const chosen = this.chosen.peek();
    this.chosen.value = undefined;
    if (drag.isMoving) {
      if (chosen !== undefined) this.#model.zoom(chosen);
    } else if (event.button === 0 && Math.abs(this.#yOf(event) - drag.y) < DRAG_MIN) {
      this.#click(event);
    }
  }

  #cancel(event: PointerEvent): void {
    this.#lift(event);
    this.#drag = undefined;
    this.chosen.value = undefined;
  }

  #lift({ pointerId }: PointerEvent): void {
    this.#fingers = this.#fingers.filter(({ id }) => id !== pointerId);
  }

  #click(event: PointerEvent): void {
    const row = this.#screen.rowAt(this.#yOf(event));
    if (row < 0) return;
    const isFold =
      event.target instanceof Element && event.target.closest('.timeline-fold') !== null;
    if (isFold) this.#model.folds.toggle(row);
    else {
      this.#model.select(row);
      this.#model.detail(true);
      const { clientX, clientY, timeStamp } = event;
      // Over the names, a double click folds.
      if (this.#xOf(event) >= this.#screen.names.peek())
        this.#clicked = { row, x: clientX, y: clientY, atMs: timeStamp };
    }
  }

  /** To the span; beside all spans, to everything. */
  #doubleClick(event: MouseEvent): void {
    const row = this.#screen.rowAt(this.#yOf(event));
    if (row < 0) return;
    if (this.#xOf(event) < this.#screen.names.peek()) this.#model.folds.toggle(row);
    else this.#model.zoomToSpan(row);
  }

  #wheel(event: WheelEvent): void {
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const [dx, dy] = [event.deltaX * lines, event.deltaY * lines];
    const range = this.#model.range.peek();
    if (event.ctrlKey || event.metaKey) {
      const by = Math.exp(Math.min(WHEEL_MAX, Math.max(-WHEEL_MAX, dy)) * WHEEL_ZOOM);
      // Over the names, as at the begin.
      const at = Math.min(Math.max(this.#screen.timeAt(this.#xOf(event)), range.from), range.to);
      this.#model.zoom(scaled(range, at, by), QUIETLY);
    } else if (event.shiftKey || Math.abs(dx) > Math.abs(dy)) {
      const by = (dx !== 0 ? dx : dy) / this.#screen.width.peek();
      this.#model.zoom(moved(range, by), QUIETLY);
    } else return;
    event.preventDefault();
  }

  /** What is under each of two fingers stays under it. */
  #pinch(id: number, x: number): void {
    const [one, other] = this.#fingers as readonly [Finger, Finger];
    const next = this.#fingers.map((finger) => (finger.id === id ? { id, x } : finger));
    this.#fingers = next;
    const apart = Math.abs(one.x - other.x);
    const now = Math.abs(next[0]!.x - next[1]!.x);
    if (apart < 8 || now < 8) return;
    const middle = this.#screen.timeAt((next[0]!.x + next[1]!.x) / 2);
    this.#model.zoom(scaled(this.#model.range.peek(), middle, apart / now), QUIETLY);
  }
}
