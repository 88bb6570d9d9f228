/** A service, or something that services use, as it stands on the map: a shape for what it is, its name, its numbers. */
import { serviceColour } from '../../colour/service-colour.ts';
import { formatShare } from '../../format/count.ts';
import { cutMiddle } from '../../format/cut-middle.ts';
import { formatDuration } from '../../format/duration.ts';
import { servicesText } from '../../text/services-en.ts';
import { NODE, type Point } from './lay-out.ts';
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
  readonly isChosen: boolean;
  /** Something else is looked at. */
  readonly isDim: boolean;
  /** The one that Tab comes to. */
  readonly isTabStop: boolean;
  onChoose(): void;
  onPoint(isOver: boolean): void;
}

const NAME_MAX = 20;
const { width, height } = NODE;
const CAP = 4;

const SHAPES: Readonly<Record<NodeType, string>> = {
  service: `M4 0h${width - 8}q4 0 4 4v${height - 8}q0 4 -4 4h-${width - 8}q-4 0 -4 -4v-${height - 8}q0 -4 4 -4z`,
  // A drum.
  database: `M0 ${CAP}a${width / 2} ${CAP} 0 0 1 ${width} 0v${height - 2 * CAP}a${width / 2} ${CAP} 0 0 1 -${width} 0z`,
  // A pipe.
  messaging: `M12 0h${width - 24}a12 ${height / 2} 0 0 1 0 ${height}h-${width - 24}a12 ${height / 2} 0 0 1 0 -${height}z`,
  // Not ours: drawn open.
  external: `M10 0h${width - 20}l10 ${height / 2}l-10 ${height / 2}h-${width - 20}l-10 -${height / 2}z`,
};
const LINES: Partial<Record<NodeType, string>> = {
  database: `M0 ${CAP}a${width / 2} ${CAP} 0 0 0 ${width} 0`,
  messaging: `M${width - 12} 0a12 ${height / 2} 0 0 0 0 ${height}`,
};

export function MapNode(props: MapNodeProps) {
  const { node, at, isChosen, isDim, isTabStop, onChoose, onPoint } = props;
  const { service, type, p95Nano } = node;
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
      <path class="map-node-shape" d={SHAPES[type]} />
      {LINES[type] !== undefined && <path class="map-node-line" d={LINES[type]} />}
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
        {cutMiddle(service, NAME_MAX)}
      </text>
      <text class="map-node-numbers" x={left + 14} y={37 + top}>
        {rateWords(node)}
        {share > 0 && (
          <tspan class="map-node-errors" dx="6">
            {formatShare(share)}
          </tspan>
        )}
        <tspan dx="6">{servicesText.p95(formatDuration(p95Nano))}</tspan>
      </text>
    </g>
  );
}
