/** The edge between two parts of the page: dragged, or moved by arrow keys. */
import { useRef } from 'preact/hooks';
import './resizer.css';

export interface ResizerProps {
  readonly label: string;
  /** vertical: between left and right. */
  readonly direction: 'vertical' | 'horizontal';
  /** Pixels of the part that is resized. */
  readonly size: number;
  readonly min: number;
  readonly max: number;
  /** The part lies behind the edge: dragging towards the end makes it smaller. @default false */
  readonly isBehind?: boolean;
  onSize(size: number): void;
}

const KEY_STEP = 16;

export function Resizer(props: ResizerProps) {
  const { label, direction, size, min, max, isBehind = false, onSize } = props;
  const drag = useRef<{ readonly at: number; readonly size: number } | undefined>(undefined);
  const isVertical = direction === 'vertical';
  const placeOf = (event: PointerEvent): number => (isVertical ? event.clientX : event.clientY);
  const sign = isBehind ? -1 : 1;
  const resize = (to: number): void => onSize(Math.round(Math.min(max, Math.max(min, to))));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule cannot be moved
    <div
      class={`resizer resizer-${direction}`}
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={direction}
      aria-valuenow={size}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={(event) => {
        drag.current = { at: placeOf(event), size };
        event.currentTarget.setPointerCapture(event.pointerId);
        event.preventDefault();
        event.stopPropagation();
      }}
      onPointerMove={(event) => {
        const begun = drag.current;
        if (begun) resize(begun.size + sign * (placeOf(event) - begun.at));
      }}
      onPointerUp={() => {
        drag.current = undefined;
      }}
      onPointerCancel={() => {
        drag.current = undefined;
      }}
      onKeyDown={(event) => {
        const [less, more] = isVertical ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
        if (event.key !== less && event.key !== more) return;
        resize(size + sign * (event.key === more ? KEY_STEP : -KEY_STEP));
        event.preventDefault();
        event.stopPropagation();
      }}
    />
  );
}
