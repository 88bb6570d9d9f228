/** Calls from one to the other: as thick as there are many, red as far as they fail. */
import { formatShare } from '../../format/count.ts';
import { formatDuration } from '../../format/duration.ts';
import { type EdgeLayout, type Flow, pathThrough } from './lay-out.ts';
import { edgeWords, errorShare, rateWords, type ServiceEdge } from './services-map.ts';
import './map-edge.css';

export interface MapEdgeProps {
  readonly edge: ServiceEdge;
  readonly layout: EdgeLayout;
  readonly flow: Flow;
  /** The most calls of any. */
  readonly callsMax: number;
  readonly look: 'plain' | 'lit' | 'dim';
}

const WIDTH_MIN = 1;
const WIDTH_MORE = 5;
const ARROW = 7;

export function MapEdge({ edge, layout: { points }, flow, callsMax, look }: MapEdgeProps) {
  const last = points.at(-1);
  const before = points.at(-2);
  if (last === undefined || before === undefined) return null;
  const width = widthOf(edge, callsMax);
  const share = errorShare(edge);
  const d = pathThrough(points, flow);
  const isBack = flow === 'right' ? last.x < before.x : last.y < before.y;
  const angle = (flow === 'right' ? 0 : 90) + (isBack ? 180 : 0);
  const reach = ARROW + width;
  return (
    <g class={`map-edge map-edge-${look}`}>
      <title>{edgeWords(edge)}</title>
      <path class="map-edge-line" d={d} stroke-width={width} />
      {share > 0 && (
        // From the end of the line back: what came there failed.
        <path
          class="map-edge-failed"
          d={d}
          stroke-width={width}
          pathLength={1}
          stroke-dasharray={`${share} 1`}
          stroke-dashoffset={share - 1}
        />
      )}
      <path
        class={share > 0 ? 'map-edge-arrow map-edge-arrow-failed' : 'map-edge-arrow'}
        d={`M0 0l-${reach} -${reach / 2}v${reach}z`}
        transform={`translate(${last.x} ${last.y}) rotate(${angle})`}
      />
    </g>
  );
}

/** Its numbers, where no line lies over them: after all lines. */
export function MapEdgeLabel({ edge, layout: { label }, callsMax, look }: MapEdgeProps) {
  const share = errorShare(edge);
  return (
    <text
      class={`map-edge-text map-edge-${look}`}
      x={label.x}
      y={label.y - widthOf(edge, callsMax) / 2 - 4}
      text-anchor="middle"
    >
      <title>{edgeWords(edge)}</title>
      {rateWords(edge)}
      {share > 0 && (
        <tspan class="map-edge-errors" dx="5">
          {formatShare(share)}
        </tspan>
      )}
      <tspan dx="5">{formatDuration(edge.p95Nano)}</tspan>
    </text>
  );
}

const widthOf = ({ calls }: ServiceEdge, callsMax: number): number =>
  WIDTH_MIN + WIDTH_MORE * Math.sqrt(calls / Math.max(1, callsMax));
