/** Who called what, as a tree of boxes: shapes tell kinds, colours tell states. Times are in words only. */
import type { SpanKind } from '../../../model/span-kind.ts';
import type { ProjectedTrace } from '../../../projection/project-trace.ts';
import { parentOf } from '../describe-span.ts';
import type { Story } from '../tell-trace.ts';
import { leftOutWords, NAME_MAX, spanWords } from './diagram-words.ts';
import { mermaidLabel } from './mermaid-label.ts';

const SHAPES: Readonly<Record<SpanKind, readonly [open: string, close: string]>> = {
  Function: ['["', '"]'],
  AsyncTask: ['(["', '"])'],
  DatabaseQuery: ['[("', '")]'],
  ExternalCall: ['[["', '"]]'],
};

export function flowchartDiagram(trace: ProjectedTrace, story: Story): readonly string[] {
  const lines = ['flowchart TD'];
  const states: Record<'failed' | 'running', string[]> = { failed: [], running: [] };
  const open: string[] = [];
  for (const item of story.items) {
    if (item.type === 'close') open.pop();
    if (item.type !== 'open') continue;
    const { node, span: folded } = item;
    const id = `n${folded.row}`;
    const [before, after] = SHAPES[node.span.kind];
    const parent = parentOf(trace, folded.row);
    const service =
      parent?.span.service === node.span.service
        ? ''
        : ` · ${mermaidLabel(node.span.service, NAME_MAX)}`;
    lines.push(`    ${id}${before}${spanWords(node, folded)}${service}${after}`);
    if (open.length > 0) lines.push(`    ${open.at(-1)} --> ${id}`);
    if (node.span.status === 'Failed') states.failed.push(id);
    if (node.span.status === 'Running') states.running.push(id);
    open.push(id);
  }
  const leftOut = leftOutWords(story);
  if (leftOut !== undefined) lines.push(`    more["${leftOut}"]`);
  if (states.failed.length > 0) {
    lines.push('    classDef failed stroke:#d33,stroke-width:2px');
    lines.push(`    class ${states.failed.join(',')} failed`);
  }
  if (states.running.length > 0) {
    lines.push('    classDef running stroke-dasharray:4');
    lines.push(`    class ${states.running.join(',')} running`);
  }
  return lines;
}
