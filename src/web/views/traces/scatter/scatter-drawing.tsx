/** All that is drawn of the plane: lines of its scale, how far back it is whole, marks, and what is chosen of them. */
import { tracesText } from '../../../text/traces-en.ts';
import { ScatterMarks, type TraceMark } from './scatter-marks.tsx';
import type { Plane, Region } from './scatter-plane.ts';
import './scatter-drawing.css';

export interface ScatterDrawingProps {
  readonly plane: Plane;
  readonly marks: readonly TraceMark[];
  /** Milliseconds since 1970: not all that began before it is there. */
  readonly reach: number | undefined;
  /** But the slowest. */
  readonly hasSlowest: boolean;
  readonly chosen: TraceMark | undefined;
  readonly pointed: TraceMark | undefined;
  readonly region: Region | undefined;
}

/** Around marks that a region ends at, so that they are seen to be in it. */
const AROUND = 6;
/** Pixels that what is said of the rest takes. */
const BEYOND_SAID = 280;
const words = tracesText.scatter;

export function ScatterDrawing(props: ScatterDrawingProps) {
  const { plane, marks, reach, hasSlowest, chosen, pointed, region } = props;
  const { width, height, scale } = plane;
  return (
    <svg class="scatter-drawing" width={width} height={height} aria-hidden="true">
      {reach !== undefined && (
        <>
          <rect class="scatter-drawing-beyond" width={plane.x(reach)} height={height} />
          <path class="scatter-drawing-reach" d={`M${crisp(plane.x(reach))} 0V${height}`} />
        </>
      )}
      {scale.ticks.map(({ nanos }) => (
        <path key={nanos} class="scatter-drawing-line" d={`M0 ${crisp(plane.y(nanos))}H${width}`} />
      ))}
      {reach !== undefined && plane.x(reach) > BEYOND_SAID && (
        <text class="scatter-drawing-said" x={plane.x(reach) / 2} y={height / 2}>
          {hasSlowest ? words.beyondSlow : words.beyond}
        </text>
      )}
      <ScatterMarks marks={marks} />
      {region !== undefined && <Rectangle {...{ plane, region }} />}
      {pointed !== undefined && pointed !== chosen && <Ring mark={pointed} look="pointed" />}
      {chosen !== undefined && <Ring mark={chosen} look="chosen" />}
    </svg>
  );
}

const crisp = (pixels: number): number => Math.round(pixels) + 0.5;

function Ring({ mark, look }: { readonly mark: TraceMark; readonly look: 'chosen' | 'pointed' }) {
  const { x, y, radius } = mark;
  return <circle class={`scatter-drawing-${look}`} cx={x} cy={y} r={radius + 4} />;
}

function Rectangle({ plane, region }: { readonly plane: Plane; readonly region: Region }) {
  const { from, to, min, max } = region;
  const left = from === undefined ? 0 : plane.x(from) - AROUND;
  const right = to === undefined ? plane.width : plane.x(to) + AROUND;
  const top = max === undefined ? 0 : plane.y(max) - AROUND;
  const bottom = min === undefined ? plane.height : plane.y(min) + AROUND;
  return (
    <rect
      class="scatter-drawing-region"
      x={left}
      y={top}
      width={Math.max(0, right - left)}
      height={Math.max(0, bottom - top)}
    />
  );
}
