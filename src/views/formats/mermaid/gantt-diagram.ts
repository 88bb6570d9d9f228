/**
 * When and how long, as bars, a section a service. Mermaid's axis counts milliseconds: it is given whole
 * numbers of the unit that fits the trace, and told to print them as they are (`%Q`), with the unit's name.
 */
import type { ProjectedTrace } from '../../../projection/project-trace.ts';
import type { FoldedSpan } from '../fold-siblings.ts';
import type { Story } from '../tell-trace.ts';
import { leftOutWords, NAME_MAX, spanWords, titleOf } from './diagram-words.ts';
import { mermaidLabel, mermaidLineStart } from './mermaid-label.ts';

/** The first unit with which the trace is at most this long. */
const UNITS_MAX = 100_000n;
const UNITS: readonly (readonly [nanos: bigint, name: string])[] = [
  [1n, 'ns'],
  [1_000n, 'µs'],
  [1_000_000n, 'ms'],
  [1_000_000_000n, 's'],
];

export function ganttDiagram(trace: ProjectedTrace, story: Story): readonly string[] {
  const length = trace.endUnixNano - trace.startUnixNano;
  const [unitNano, unit] =
    UNITS.find(([nanos]) => length / nanos <= UNITS_MAX) ?? UNITS[UNITS.length - 1]!;
  const leftOut = leftOutWords(trace, story);
  const title = leftOut === undefined ? titleOf(trace) : `${titleOf(trace)} · ${leftOut}`;
  const lines = [
    'gantt',
    `    title ${title}`,
    '    dateFormat x',
    `    axisFormat %Q ${unit}`,
    '    todayMarker off',
  ];
  const sections = new Map<string, string[]>();
  for (const item of story.items) {
    if (item.type !== 'open') continue;
    const { service } = item.span.node.span;
    const section = sections.get(service) ?? [];
    sections.set(service, section);
    section.push(taskLine(trace, item.span, unitNano));
  }
  for (const [service, tasks] of sections) {
    lines.push(`    section ${mermaidLabel(service, NAME_MAX)}`, ...tasks);
  }
  return lines;
}

function taskLine(trace: ProjectedTrace, folded: FoldedSpan, unitNano: bigint): string {
  const { node, index } = folded;
  const { status } = node.span;
  const tag = status === 'Failed' ? 'crit, ' : status === 'Running' ? 'active, ' : '';
  const from = (node.startUnixNano - trace.startUnixNano) / unitNano;
  const length = (lastEnd(trace, folded) - node.startUnixNano) / unitNano;
  const words = mermaidLineStart(spanWords(folded));
  return `    ${words} :${tag}s${index}, ${from}, ${length > 0n ? length : 1n}ms`;
}

/** A folded bar reaches from the first of its spans to the end of the last. */
function lastEnd(trace: ProjectedTrace, folded: FoldedSpan): bigint {
  let end = folded.node.endUnixNano;
  let at = folded.index;
  for (let n = 1; n < folded.count; n++) {
    at = trace.nodes[at]!.subtreeEnd;
    const other = trace.nodes[at]!.endUnixNano;
    if (other > end) end = other;
  }
  return end;
}
