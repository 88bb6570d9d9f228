/** What mouse, pen and fingers do on the plot: point at the nearest mark, open it, draw a rectangle. */
import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';
import type { TraceMark } from './scatter-marks.tsx';
import { nearest, type Place } from './scatter-plane.ts';

/** A rectangle that is being drawn. */
export interface Drag {
  readonly from: Place;
  readonly to: Place;
  /** Further than a click may. */
  readonly isMoved: boolean;
}

export interface ScatterHand {
  /** The trace that is pointed at. */
  readonly hovered: string | undefined;
  readonly drag: Drag | undefined;
  letGo(): void;
  /** For the plot; `marks` are what is on it. */
  handlers(marks: readonly TraceMark[], does: HandActions): HandHandlers;
}

export interface HandActions {
  /** A finger points at nothing before it touches: the first touch says what it is, and another opens it. */
  onClick(mark: TraceMark, event: PointerEvent): void;
  onDraw(drag: Drag): void;
}

export interface HandHandlers {
  onPointerDown(event: PointerEvent): void;
  onPointerMove(event: PointerEvent): void;
  onPointerUp(event: PointerEvent): void;
  onPointerCancel(): void;
  onPointerLeave(): void;
}

const CLICK_MAX = 4;
const NEAR_PX = 12;
const NEAR_FINGER_PX = 24;

export function useScatterPointer(plot: RefObject<HTMLElement | null>): ScatterHand {
  const [hovered, setHovered] = useState<string>();
  const [drag, setDrag] = useState<Drag>();
  const placeOf = (event: PointerEvent): Place => {
    const { left, top } = plot.current!.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const handlers = (marks: readonly TraceMark[], does: HandActions): HandHandlers => {
    const under = (event: PointerEvent): TraceMark | undefined =>
      nearest(marks, placeOf(event), event.pointerType === 'touch' ? NEAR_FINGER_PX : NEAR_PX);
    return {
      onPointerDown(event) {
        if (event.button !== 0 || drag !== undefined) return;
        plot.current!.setPointerCapture(event.pointerId);
        const from = placeOf(event);
        setDrag({ from, to: from, isMoved: false });
      },
      onPointerMove(event) {
        if (drag === undefined) {
          if (event.pointerType !== 'touch') setHovered(under(event)?.trace.traceId);
          return;
        }
        const to = placeOf(event);
        const far = Math.hypot(to.x - drag.from.x, to.y - drag.from.y);
        setDrag({ ...drag, to, isMoved: drag.isMoved || far > CLICK_MAX });
      },
      onPointerUp(event) {
        if (drag === undefined) return;
        setDrag(undefined);
        if (drag.isMoved) return does.onDraw({ ...drag, to: placeOf(event) });
        const mark = under(event);
        if (mark !== undefined) does.onClick(mark, event);
      },
      onPointerCancel: () => setDrag(undefined),
      onPointerLeave: () => setHovered(undefined),
    };
  };
  return {
    hovered,
    drag,
    letGo() {
      setDrag(undefined);
      setHovered(undefined);
    },
    handlers,
  };
}
