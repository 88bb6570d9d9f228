/**
 * What mouse, pen and fingers do on the canvas: a click chooses a box and zooms to it, a drag or one finger moves, two fingers zoom to what is
 * between them; the wheel scrolls, with Ctrl (as trackpads tell a pinch) it zooms, with Shift or sideways it pans. A drag goes from where it
 * began, so that nothing adds up.
 */
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { moved, type TimeRange } from '../../time-range.ts';
import { pinched } from './pinched.ts';
import type { FlamePlace } from './use-flame-place.ts';

export interface FlamePointer {
  readonly place: FlamePlace;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  /** Pixels. */
  readonly width: number;
  boxUnder(event: MouseEvent): number;
  onHover(box: number): void;
}

interface Finger {
  /** Pixels from the left edge, where it began and where it is. */
  readonly x: number;
  at: number;
}

interface Gesture {
  readonly range: TimeRange;
  readonly scrollTop: number;
  readonly x: number;
  readonly y: number;
  isMoving: boolean;
}

const WHEEL_ZOOM = 0.004;
const WHEEL_MAX = 120;
const CLICK_MAX = 4;

export interface FlamePointerHandlers {
  onPointerDown(event: PointerEvent): void;
  onPointerMove(event: PointerEvent): void;
  onPointerUp(event: PointerEvent): void;
  onPointerCancel(event: PointerEvent): void;
  onPointerLeave(): void;
}

export function useFlamePointer(given: FlamePointer): FlamePointerHandlers {
  const newest = useRef(given);
  newest.current = given;
  const { scroller, canvas, onHover, boxUnder } = given;
  const fingers = useRef(new Map<number, Finger>());
  const gesture = useRef<Gesture | undefined>(undefined);
  useEffect(() => {
    const element = scroller.current!;
    const wheel = (event: WheelEvent): void => onWheel(event, element, newest.current);
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, [scroller]);
  const xOf = (event: PointerEvent): number =>
    event.clientX - canvas.current!.getBoundingClientRect().left;
  const begin = (x: number, y: number, isMoving = false): void => {
    const { scrollTop } = scroller.current!;
    gesture.current = { range: given.place.now(), scrollTop, x, y, isMoving };
  };
  const move = (event: PointerEvent): void => {
    const { place, width } = newest.current;
    const from = gesture.current;
    const finger = fingers.current.get(event.pointerId);
    if (from === undefined || finger === undefined) return;
    finger.at = xOf(event);
    const [one, other] = fingers.current.values();
    if (one !== undefined && other !== undefined) {
      place.show(pinched(from.range, width, [one, other]));
      return;
    }
    const [dx, dy] = [finger.at - from.x, event.clientY - from.y];
    if (!from.isMoving) {
      if (Math.abs(dx) + Math.abs(dy) <= CLICK_MAX) return;
      from.isMoving = true;
      canvas.current!.setPointerCapture(event.pointerId);
    }
    if (dx !== 0) place.show(moved(from.range, -dx / width));
    scroller.current!.scrollTop = from.scrollTop - dy;
  };
  const lift = (event: PointerEvent): void => {
    fingers.current.delete(event.pointerId);
    const [rest] = fingers.current.values();
    gesture.current = undefined;
    // What is left on the glass of a pinch goes on as a drag.
    if (rest !== undefined) {
      fingers.current.set([...fingers.current.keys()][0]!, { x: rest.at, at: rest.at });
      begin(rest.at, event.clientY, true);
    }
  };
  return {
    onPointerDown(event) {
      if (event.button !== 0) return;
      const x = xOf(event);
      for (const [id, { at }] of fingers.current) fingers.current.set(id, { x: at, at });
      // More than two are not followed.
      if (fingers.current.size >= 2) return;
      fingers.current.set(event.pointerId, { x, at: x });
      begin(x, event.clientY, fingers.current.size > 1);
    },
    onPointerMove(event) {
      if (gesture.current === undefined || event.buttons === 0) onHover(boxUnder(event));
      else move(event);
    },
    onPointerUp(event) {
      const isClick = gesture.current?.isMoving === false;
      lift(event);
      if (!isClick) return;
      const box = boxUnder(event);
      if (box < 0) return;
      given.place.choose(box);
      given.place.zoomTo(box);
    },
    onPointerCancel: lift,
    onPointerLeave: () => onHover(-1),
  };
}

function onWheel(event: WheelEvent, element: HTMLElement, { place, width }: FlamePointer): void {
  const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  const isZoom = event.ctrlKey || event.metaKey;
  if (!isZoom && !event.shiftKey && !isSideways) return;
  event.preventDefault();
  if (!isZoom) {
    place.pan((isSideways ? event.deltaX : event.deltaY) / width);
    return;
  }
  const { from, to } = place.now();
  const x = event.clientX - element.getBoundingClientRect().left;
  const by = Math.min(WHEEL_MAX, Math.max(-WHEEL_MAX, event.deltaY));
  place.zoomBy(Math.exp(by * WHEEL_ZOOM), from + (x / width) * (to - from));
}
