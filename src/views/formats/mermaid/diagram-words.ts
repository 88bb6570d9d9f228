/** Words that all three diagrams use. */
import type { TraceSpan } from '../../../model/trace-span.ts';
import type { ProjectedTrace, TraceNode } from '../../../projection/project-trace.ts';
import { httpFailure } from '../describe-span.ts';
import { type FoldedSpan, retriedWords } from '../fold-siblings.ts';
import { formatDuration } from '../format-duration.ts';
import type { Story } from '../tell-trace.ts';
import { mermaidLabel } from './mermaid-label.ts';

export const NAME_MAX = 60;
export const MESSAGE_MAX = 100;

export function titleOf(trace: ProjectedTrace): string {
  const { root, durationNano } = trace.outline.summary;
  const name = mermaidLabel(root.name, NAME_MAX);
  return `${name} · ${mermaidLabel(root.service, NAME_MAX)} · ${formatDuration(durationNano)}`;
}

/** `SELECT stock ×24 · 38.2 ms`; `count` where lines above stand for several spans too. */
export function spanWords(
  { span }: TraceNode,
  folded: FoldedSpan,
  count: number = folded.count,
): string {
  const times = count > 1 ? ` ×${count}` : '';
  const words = [durationWords(span, folded), retriedWords(folded)].filter(Boolean);
  return `${mermaidLabel(span.name, NAME_MAX)}${times} · ${words.join(' · ')}`;
}

function durationWords({ status, stale }: TraceSpan, folded: FoldedSpan): string {
  if (status === 'Running') return stale ? 'stale' : 'running';
  return formatDuration(folded.totalNano);
}

/** What an answer says: how long it took, or that it failed; an HTTP error in either case. */
export function answerWords({ span }: TraceNode, folded: FoldedSpan, failed: boolean): string {
  const words = [failed ? 'failed' : durationWords(span, folded), httpFailure(span) ?? ''];
  return words
    .filter((word) => word !== '')
    .map((word) => mermaidLabel(word, NAME_MAX))
    .join(', ');
}

/** Undefined where nothing was left out. */
export function leftOutWords(story: Story): string | undefined {
  if (story.spansLeftOut === 0) return undefined;
  return `… ${story.spansLeftOut} of ${story.spansLeftOut + story.spansTold} spans not shown`;
}
