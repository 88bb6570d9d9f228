/** The canvas of the flame graph and what pointers do on it: a click zooms to a box, a drag moves, the wheel scrolls, zooms and pans. */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { tokenColour } from '../../../../colour/token-colour.ts';
import { useSize } from '../../../../parts/use-size.ts';
import { tabsText } from '../../../../text/tabs-en.ts';
import { BOX_HEIGHT, drawFlame } from './draw-flame.ts';
import { boxAt } from './flame-rows.ts';
import type { FlamePlace } from './use-flame-place.ts';
import { useFlamePointer } from './use-flame-pointer.ts';

export interface FlameCanvasProps {
  readonly place: FlamePlace;
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly hovered: number;
  readonly isFound: ((box: number) => boolean) | undefined;
  onHover(box: number): void;
}

/** Pixels beside a narrow box that still mean it. */
const SLACK = 2;
const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
const said = tabsText.flame;

export function FlameCanvas({ place, scroller, hovered, isFound, onHover }: FlameCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(scroller);
  const [scrollTop, setScrollTop] = useState(0);
  const { source, range, chosen } = place;
  const { boxes } = source;

  const tokens = {
    ground: tokenColour('--ground'),
    ink: tokenColour('--ink'),
    error: tokenColour('--error'),
    accent: tokenColour('--accent'),
  };
  useLayoutEffect(() => {
    const { width, height } = size;
    const element = canvas.current!;
    if (width === 0) return;
    const frame = requestAnimationFrame(() => {
      const ratio = window.devicePixelRatio;
      const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (element.width !== w || element.height !== h) {
        element.width = w;
        element.height = h;
      }
      const context = element.getContext('2d', { alpha: false })!;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawFlame(context, {
        ...{ boxes, width, height, scrollTop, tokens, chosen, hovered, isFound },
        ...{ from: range.from, to: range.to, font: FONT },
        colourOf: source.colourOf,
        nameOf: source.nameOf,
        durationOf: source.durationOf,
        failedShare: source.failedShare,
        isRunning: source.isRunning,
      });
    });
    return () => cancelAnimationFrame(frame);
  });

  // What is chosen elsewhere, or by keys, comes into sight.
  useEffect(() => {
    if (chosen < 0) return;
    const top = boxes.row[chosen]! * BOX_HEIGHT;
    const element = scroller.current!;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + BOX_HEIGHT > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + BOX_HEIGHT - element.clientHeight;
    }
    const { from, to } = range;
    const [begin, end] = [boxes.from[chosen]!, boxes.to[chosen]!];
    if (end > from && begin < to) return;
    place.pan((begin - from) / (to - from) - 0.1);
  }, [chosen, source]);

  const boxUnder = (event: MouseEvent): number => {
    const bounds = canvas.current!.getBoundingClientRect();
    const perPixel = (range.to - range.from) / Math.max(1, size.width);
    const at = range.from + (event.clientX - bounds.left) * perPixel;
    const row = Math.floor((event.clientY - bounds.top + scrollTop) / BOX_HEIGHT);
    return boxAt(boxes, row, at, SLACK * perPixel);
  };
  const pointer = useFlamePointer({
    ...{ place, scroller, canvas, onHover, boxUnder },
    width: Math.max(1, size.width),
  });
  return (
    <div
      class="flame-canvas-scroll"
      ref={scroller}
      onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
    >
      <div class="flame-canvas-tall" style={{ height: `${boxes.rowCount * BOX_HEIGHT}px` }}>
        <canvas
          class="flame-canvas"
          ref={canvas}
          role="img"
          tabIndex={0}
          aria-label={chosen < 0 ? said.label : `${said.label}: ${spoken(place)}`}
          style={{
            width: `${size.width}px`,
            height: `${size.height}px`,
            cursor: hovered >= 0 ? 'pointer' : 'default',
          }}
          {...pointer}
        />
      </div>
    </div>
  );
}

function spoken({ source, chosen }: FlamePlace): string {
  return [source.nameOf(chosen), source.serviceOf(chosen), ...source.wordsOf(chosen)].join(', ');
}
