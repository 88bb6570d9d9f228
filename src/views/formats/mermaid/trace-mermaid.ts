/**
 * A trace, or a sub-tree of it, as a Mermaid diagram. The sequence diagram is the default: it keeps order, nesting, who called
 * whom and what failed, at any ratio of durations, where bars of a gantt chart vanish beside a long one.
 *
 * Bounds: SPANS_MAX folded spans, and CHARACTERS_MAX characters, since stock Mermaid draws no more than
 * 50,000; a diagram that would be longer is told again with fewer spans. Truncation is said in the diagram.
 */
import type { ProjectedTrace } from '../../../projection/project-trace.ts';
import type { Diagram } from '../../view-choices.ts';
import { type Story, type Tellable, tellTrace } from '../tell-trace.ts';
import type { WrittenTrace } from '../written-trace.ts';
import { flowchartDiagram } from './flowchart-diagram.ts';
import { ganttDiagram } from './gantt-diagram.ts';
import { sequenceDiagram } from './sequence-diagram.ts';

export const SPANS_MAX = 200;
export const CHARACTERS_MAX = 48_000;

const DRAW: Readonly<Record<Diagram, (trace: ProjectedTrace, story: Story) => readonly string[]>> =
  {
    sequence: sequenceDiagram,
    gantt: ganttDiagram,
    flowchart: flowchartDiagram,
  };

export function traceMermaid(tellable: Tellable, diagram: Diagram = 'sequence'): WrittenTrace {
  for (let spansMax = SPANS_MAX; ; spansMax = Math.floor(spansMax / 2)) {
    const story = tellTrace(tellable, spansMax);
    const content = `${DRAW[diagram](tellable.trace, story).join('\n')}\n`;
    if (content.length > CHARACTERS_MAX && spansMax > 1) continue;
    return { content, spanCount: story.spansTold, truncated: story.spansLeftOut > 0 };
  }
}
