/** All of the trace at a glance, and the part of it that is shown: drag over it to zoom, drag the window to move it, its edges to widen it. */
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { tokenColour } from '../../../../colour/token-colour.ts';
import { formatDuration, formatOffset } from '../../../../format/duration.ts';
import { traceText } from '../../../../text/trace-en.ts';
import type { TimeRange } from '../../time-range.ts';
import type { TraceModel } from '../../trace-model.ts';
import { drawMinimap } from './draw-minimap.ts';
import './minimap.css';

const HEIGHT = 44;
const DRAG_MIN = 3;
const KEY_STEP = 0.02;
const { timeline: words } = traceText;

type Grip = 'window' | 'from' | 'to';

interface Drag {
  readonly grip: Grip | undefined;
  readonly x: number;
  readonly range: TimeRange;
}

export function Minimap({ model }: { readonly model: TraceModel }) {
  const host = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  const drawn = useSignal<TimeRange | undefined>(undefined);
  const drag = useRef<Drag | undefined>(undefined);
  useEffect(() => {
    const element = host.current!;
    const sizes = new ResizeObserver(() => {
      width.value = element.clientWidth;
    });
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [width]);
  useSignalEffect(() => {
    const outline = model.outline.value;
    if (outline === undefined || width.value === 0) return;
    const ratio = window.devicePixelRatio;
    canvas.current!.width = Math.round(width.value * ratio);
    canvas.current!.height = HEIGHT * ratio;
    drawMinimap(canvas.current!.getContext('2d')!, outline, {
      range: model.widest(),
      rows: model.rows.value,
      paint: model.paint.value,
      error: tokenColour('--error'),
    });
  });

  const whole = model.widest();
  const span = whole.to - whole.from;
  const { from, to } = drawn.value ?? model.range.value;
  const left = Math.min(Math.max((from - whole.from) / span, 0), 1);
  const right = Math.min(Math.max((to - whole.from) / span, 0), 1);
  const timeAt = (x: number): number => whole.from + (x / Math.max(1, width.value)) * span;
  const xOf = (event: PointerEvent): number =>
    event.clientX - host.current!.getBoundingClientRect().left;

  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const given = event.target instanceof Element ? event.target.closest('[data-grip]') : null;
    const grip = given?.getAttribute('data-grip') as Grip | undefined;
    const isWhole = !model.isZoomed.peek();
    drag.current = {
      grip: isWhole && grip === 'window' ? undefined : (grip ?? undefined),
      ...{ x: xOf(event), range: model.range.peek() },
    };
    host.current!.setPointerCapture(event.pointerId);
    event.preventDefault();
  };
  const onPointerMove = (event: PointerEvent): void => {
    const begun = drag.current;
    if (begun === undefined) return;
    const by = timeAt(xOf(event)) - timeAt(begun.x);
    const { range, grip } = begun;
    const at = timeAt(xOf(event));
    if (grip === 'window') model.zoom({ from: range.from + by, to: range.to + by }, QUIETLY);
    else if (grip === 'from') model.zoom({ from: Math.min(at, range.to), to: range.to }, QUIETLY);
    else if (grip === 'to') model.zoom({ from: range.from, to: Math.max(at, range.from) }, QUIETLY);
    else if (Math.abs(xOf(event) - begun.x) >= DRAG_MIN) {
      drawn.value = { from: Math.min(at, timeAt(begun.x)), to: Math.max(at, timeAt(begun.x)) };
    }
  };
  const onPointerUp = (event: PointerEvent): void => {
    const begun = drag.current;
    drag.current = undefined;
    if (begun === undefined) return;
    if (drawn.value !== undefined) model.zoom(drawn.value);
    else if (begun.grip === undefined && model.isZoomed.peek()) {
      // A click beside the window brings it there.
      const middle = timeAt(xOf(event));
      const half = (begun.range.to - begun.range.from) / 2;
      model.zoom({ from: middle - half, to: middle + half }, QUIETLY);
    }
    drawn.value = undefined;
  };
  const onKeyDown = (grip: 'from' | 'to', event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    const range = model.range.peek();
    const by = step * KEY_STEP * span;
    if (grip === 'from')
      model.zoom({ ...range, from: Math.min(range.from + by, range.to) }, QUIETLY);
    else model.zoom({ ...range, to: Math.max(range.to + by, range.from) }, QUIETLY);
    event.preventDefault();
    event.stopPropagation();
  };
  const grips = [
    ['from', left, from, words.windowFrom],
    ['to', right, to, words.windowTo],
  ] as const;
  return (
    <section
      class={`minimap ${model.isZoomed.value || drawn.value ? 'minimap-zoomed' : ''}`}
      ref={host}
      aria-label={words.minimap}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => {
        drag.current = undefined;
        drawn.value = undefined;
      }}
      onDblClick={() => model.zoom(undefined)}
    >
      <canvas class="minimap-canvas" ref={canvas} />
      <div class="minimap-shade" style={{ left: 0, width: `${left * 100}%` }} />
      <div class="minimap-shade" style={{ left: `${right * 100}%`, right: 0 }} />
      <div
        class="minimap-window"
        data-grip="window"
        style={{ left: `${left * 100}%`, width: `${(right - left) * 100}%` }}
      />
      {grips.map(([grip, at, time, label]) => (
        <div
          key={grip}
          class={`minimap-grip minimap-grip-${grip}`}
          data-grip={grip}
          role="slider"
          tabIndex={0}
          aria-label={label}
          aria-orientation="horizontal"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(at * 100)}
          aria-valuetext={formatOffset(time)}
          style={{ left: `${at * 100}%` }}
          onKeyDown={(event) => onKeyDown(grip, event)}
        />
      ))}
      {drawn.value && (
        <span class="minimap-said" style={{ left: `${((left + right) / 2) * 100}%` }}>
          {formatDuration(to - from)}
        </span>
      )}
    </section>
  );
}

const QUIETLY = { replace: true } as const;
