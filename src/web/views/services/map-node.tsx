/** A service, or something that services use, as it stands on the map: a shape for what it is, its name, its numbers. */
import { serviceColour } from '../../colour/service-colour.ts';
import { formatShare } from '../../format/count.ts';
import { cutMiddle } from '../../format/cut-middle.ts';
import { formatDuration } from '../../format/duration.ts';
import type { Size } from '../../parts/use-size.ts';
import { servicesText } from '../../text/services-en.ts';
import type { Point } from './lay-out.ts';
import {
  errorShare,
  type NodeType,
  nodeWords,
  rateWords,
  type ServiceNode,
} from './services-map.ts';
import './map-node.css';

export interface MapNodeProps {
  readonly node: ServiceNode;
  readonly at: Point;
  readonly size: Size;
  readonly isChosen: boolean;
  /** Something else is looked at. */
  readonly isDim: boolean;
  /** The one that Tab comes to. */
  readonly isTabStop: boolean;
  onChoose(): void;
  onPoint(isOver: boolean): void;
}

const LETTER_PX = 7;
/** Beyond its name: the mark, and room at its ends. */
const AROUND_PX = 36;
/** Narrower ones tell how often and how well, not how fast. */
const TOLD_WHOLE_MIN = 150;
const CAP = 4;

function shapeOf(type: NodeType, { width, height }: Size): string {
  switch (type) {
    case 'service':
      return `M4 0h${width - 8}q4 0 4 4v${height - 8}q0 4 -4 4h-${width - 8}q-4 0 -4 -4v-${height - 8}q0 -4 4 -4z`;
    // A drum.
    case 'database':
      return `M0 ${CAP}a${width / 2} ${CAP} 0 0 1 ${width} 0v${height - 2 * CAP}a${width / 2} ${CAP} 0 0 1 -${width} 0z`;
    // A pipe.
    case 'messaging':
      return `M12 0h${width - 24}a12 ${height / 2} 0 0 1 0 ${height}h-${width - 24}a12 ${height / 2} 0 0 1 0 -${height}z`;
    // Not ours: drawn open.
    case 'external':
      return `M10 0h${width - 20}l10 ${height / 2}l-10 ${height / 2}h-${width - 20}l-10 -${height / 2}z`;
  }
}

function lineOf(type: NodeType, { width, height }: Size): string | undefined {
  if (type === 'database') return `M0 ${CAP}a${width / 2} ${CAP} 0 0 0 ${width} 0`;
  if (type === 'messaging') return `M${width - 12} 0a12 ${height / 2} 0 0 0 0 ${height}`;
  return undefined;
}

export function MapNode(props: MapNodeProps) {
  const { node, at, size, isChosen, isDim, isTabStop, onChoose, onPoint } = props;
  const { service, type, p95Nano } = node;
  const { width, height } = size;
  const line = lineOf(type, size);
  const share = errorShare(node);
  const look = `map-node-${type} ${isDim ? 'map-node-dim' : ''} ${isChosen ? 'map-node-chosen' : ''}`;
  const top = type === 'database' ? 3 : 0;
  const left = type === 'external' || type === 'messaging' ? 16 : 12;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing has no buttons
    <g
      class={`map-node ${look}`}
      transform={`translate(${at.x - width / 2} ${at.y - height / 2})`}
      role="button"
      tabIndex={isTabStop ? 0 : -1}
      aria-label={nodeWords(node)}
      aria-pressed={isChosen}
      data-name={service}
      onClick={onChoose}
      onFocus={() => onPoint(true)}
      onBlur={() => onPoint(false)}
      onPointerEnter={() => onPoint(true)}
      onPointerLeave={() => onPoint(false)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        onChoose();
      }}
    >
      <title>{nodeWords(node)}</title>
      <path class="map-node-shape" d={shapeOf(type, size)} />
      {line !== undefined && <path class="map-node-line" d={line} />}
      <rect
        class="map-node-mark"
        x={left}
        y={12 + top}
        width="8"
        height="8"
        rx="2"
        style={{ fill: type === 'service' ? serviceColour(service).line : 'var(--ink-faint)' }}
      />
      <text class="map-node-name" x={left + 14} y={20 + top}>
        {cutMiddle(service, Math.floor((width - AROUND_PX) / LETTER_PX))}
      </text>
      <text class="map-node-numbers" x={left + 14} y={37 + top}>
        {rateWords(node)}
        {share > 0 && (
          <tspan class="map-node-errors" dx="6">
            {formatShare(share)}
          </tspan>
        )}
        {width >= TOLD_WHOLE_MIN && (
          <tspan dx="6">{servicesText.p95(formatDuration(p95Nano))}</tspan>
        )}
      </text>
    </g>
  );
}
