/**
 * When and how long, as bars, a section a service. Mermaid's axis counts milliseconds: it is given whole
 * numbers of the unit that fits the trace, and told to print them as they are (`%Q`), with the unit's name.
 */
import type { TraceOutline } from '../../../model/trace-outline.ts';
import { endOf, type ProjectedTrace, type TraceNode } from '../../../projection/project-trace.ts';
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
  const length = trace.outline.endUnixNano - trace.outline.startUnixNano;
  const [unitNano, unit] =
    UNITS.find(([nanos]) => length / nanos <= UNITS_MAX) ?? UNITS[UNITS.length - 1]!;
  const leftOut = leftOutWords(story);
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
    const { service } = item.node.span;
    const section = sections.get(service) ?? [];
    sections.set(service, section);
    section.push(taskLine(trace, item.node, item.span, unitNano));
  }
  for (const [service, tasks] of sections) {
    lines.push(`    section ${mermaidLabel(service, NAME_MAX)}`, ...tasks);
  }
  return lines;
}

function taskLine(
  trace: ProjectedTrace,
  node: TraceNode,
  folded: FoldedSpan,
  unitNano: bigint,
): string {
  const { status } = node.span;
  const tag = status === 'Failed' ? 'crit, ' : status === 'Running' ? 'active, ' : '';
  const from = trace.outline.start[folded.row]! / unitNano;
  const length = (lastEnd(trace.outline, folded) - node.startUnixNano) / unitNano;
  const words = mermaidLineStart(spanWords(node, folded));
  return `    ${words} :${tag}s${folded.row}, ${from}, ${length > 0n ? length : 1n}ms`;
}

/** A folded bar reaches from the first of its spans to the end of the last. */
function lastEnd(outline: TraceOutline, folded: FoldedSpan): bigint {
  let row = folded.row;
  let end = endOf(outline, row);
  for (let n = 1; n < folded.count; n++) {
    row = outline.subtreeEnd[row]!;
    const other = endOf(outline, row);
    if (other > end) end = other;
  }
  return end;
}
