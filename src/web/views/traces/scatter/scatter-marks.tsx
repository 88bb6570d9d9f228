/**
 * The marks of traces: a disc in the colour of its service, a cross where something failed, an open ring while it runs, a broken one where it
 * is stale; larger ones have more spans. All that look the same are one path, so that thousands cost little; of those that would lie on one
 * another to the pixel one is drawn.
 */
import { serviceColour } from '../../../colour/service-colour.ts';
import type { TraceSummary } from '../../../data/wire.ts';
import type { BarState } from '../list/duration-bar.tsx';
import type { Mark } from './scatter-plane.ts';
import './scatter-marks.css';

export interface TraceMark extends Mark {
  readonly trace: TraceSummary;
  readonly state: BarState;
  /** Pixels. */
  readonly radius: number;
}

const RADIUS_LEAST = 2.5;
const RADIUS_MOST = 6;
/** What ten times as many spans add. */
const RADIUS_DECADE = 1.1;
/** Of the gap at the right of what has no end yet. */
const GAP = Math.PI / 4;

export const radiusOf = (spanCount: number): number =>
  Math.min(RADIUS_MOST, RADIUS_LEAST + RADIUS_DECADE * Math.log10(Math.max(1, spanCount)));

export function ScatterMarks({ marks }: { readonly marks: readonly TraceMark[] }) {
  const drawn = new Set<string>();
  const ended = new Map<string, string>();
  const others: Record<Exclude<BarState, 'ended'>, string> = { failed: '', running: '', stale: '' };
  for (const mark of marks) {
    const { state, trace } = mark;
    const [x, y, r] = [halves(mark.x), halves(mark.y), halves(mark.radius)];
    const colour = state === 'ended' ? serviceColour(trace.root.service).line : state;
    const key = `${x} ${y} ${r} ${colour}`;
    if (drawn.has(key)) continue;
    drawn.add(key);
    if (state === 'ended') ended.set(colour, (ended.get(colour) ?? '') + disc(x, y, r));
    else others[state] += state === 'failed' ? cross(x, y, r) : ring(x, y, r + 1);
  }
  return (
    <g>
      {[...ended].map(([colour, path]) => (
        <path key={colour} class="scatter-marks-ended" fill={colour} stroke={colour} d={path} />
      ))}
      <path class="scatter-marks-running" d={others.running} />
      <path class="scatter-marks-stale" d={others.stale} />
      <path class="scatter-marks-failed" d={others.failed} />
    </g>
  );
}

const halves = (pixels: number): number => Math.round(pixels * 2) / 2;

const disc = (x: number, y: number, r: number): string =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;

const cross = (x: number, y: number, r: number): string =>
  `M${x - r} ${y - r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`;

function ring(x: number, y: number, r: number): string {
  const [dx, dy] = [r * Math.cos(GAP), r * Math.sin(GAP)].map((part) => Number(part.toFixed(2)));
  return `M${x + dx!} ${y - dy!}a${r} ${r} 0 1 0 0 ${2 * dy!}`;
}
