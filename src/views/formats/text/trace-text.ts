/**
 * A trace, or a sub-tree of it, as a tree for terminals and people: when, how long, what; errors and checkpoints where they
 * happened, repeated siblings folded. Offset and duration stand before the tree, so that characters of
 * any width do no harm. Bounds: SPANS_MAX lines of spans, LEVELS_MAX levels of indentation; what is left
 * out is said.
 */
import type { TraceSpan } from '../../../model/trace-span.ts';
import type { ProjectedTrace, TraceNode } from '../../../projection/project-trace.ts';
import { cleanText, label } from '../clean-text.ts';
import { httpFailure, outlivesParent, parentOf, peerOf, placeOf } from '../describe-span.ts';
import { type FoldedSpan, retriedWords } from '../fold-siblings.ts';
import { formatDuration, formatOffset } from '../format-duration.ts';
import { type StoryItem, spanCountOf, type Tellable, tellTrace } from '../tell-trace.ts';
import type { WrittenTrace } from '../written-trace.ts';

export const SPANS_MAX = 5_000;
/** Deeper spans are drawn at this level, with their depth in words. */
export const LEVELS_MAX = 40;
const NAME_MAX = 120;
const MESSAGE_MAX = 240;
const COLUMN_WIDTH = 9;

interface Line {
  readonly offset: string;
  readonly duration: string;
  readonly depth: number;
  readonly text: string;
}

export function traceText(tellable: Tellable, spansMax: number = SPANS_MAX): WrittenTrace {
  const { trace } = tellable;
  const story = tellTrace(tellable, spansMax);
  const lines = story.items.flatMap((item) => lineOf(item, trace));
  const text = [...headOf(trace), '', ...drawTree(lines), ...footOf(tellable, story.spansLeftOut)];
  return {
    content: `${text.join('\n')}\n`,
    spanCount: story.spansTold,
    truncated: story.spansLeftOut > 0,
  };
}

function headOf(trace: ProjectedTrace): string[] {
  const { summary } = trace.outline;
  const start = new Date(Number(summary.startUnixNano / 1_000_000n));
  const facts = [
    `trace ${summary.traceId}`,
    Number.isNaN(start.getTime()) ? '' : start.toISOString(),
    formatDuration(summary.durationNano),
    counted(summary.spanCount, 'span'),
    summary.errorCount > 0 ? counted(summary.errorCount, 'error') : '',
    summary.runningCount > 0 ? `${summary.runningCount} running` : '',
    summary.staleCount > 0 ? `${summary.staleCount} of them stale` : '',
    counted(summary.services.length, 'service'),
    summary.inMemoryOnly ? 'in memory only' : '',
  ];
  const root = `${label(summary.root.name, NAME_MAX)}  ${label(summary.root.service, NAME_MAX)}`;
  return [`${root}  ${summary.status}`, facts.filter((fact) => fact !== '').join('  ')];
}

function footOf({ trace, range }: Tellable, leftOut: number): string[] {
  const foot: string[] = [];
  if (leftOut > 0) {
    const of = spanCountOf(trace, range);
    foot.push(
      `… ${counted(leftOut, 'more span')} not shown, of ${of}; subtree=SPAN_ID shows a part`,
    );
  }
  if (trace.warnings.length > 0) foot.push('', `warnings: ${trace.warnings.join(', ')}`);
  return foot;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function lineOf(item: StoryItem, trace: ProjectedTrace): Line[] {
  if (item.type === 'close') return [];
  if (item.type !== 'open') {
    const mark = item.type === 'error' ? '✕' : '◆';
    return [
      {
        offset: formatOffset(item.offsetNano),
        duration: '',
        depth: item.depth + 1,
        text: `${mark} ${label(item.text, MESSAGE_MAX)}`,
      },
    ];
  }
  const { node, span: folded } = item;
  return [
    {
      offset: formatOffset(trace.outline.start[folded.row]!),
      duration: durationWord(node.span, folded),
      depth: item.depth,
      text: spanLine(folded, node, item.depth, parentOf(trace, folded.row)),
    },
  ];
}

function durationWord({ status, stale }: TraceSpan, folded: FoldedSpan): string {
  if (status === 'Running') return stale ? 'stale' : 'running';
  return formatDuration(folded.totalNano);
}

const MARKS = { Running: '… ', Completed: '', Failed: '✕ ' } as const;

function spanLine(
  folded: FoldedSpan,
  node: TraceNode,
  depth: number,
  parent: TraceNode | undefined,
): string {
  const { span } = node;
  const words = [`${MARKS[span.status]}${label(span.name, NAME_MAX)}`];
  if (folded.count > 1) words.push(`×${folded.count} (longest ${formatDuration(folded.maxNano)})`);
  if (parent === undefined || parent.span.service !== span.service) {
    words.push(`[${label(span.service, NAME_MAX)}]`);
  }
  const peer = peerOf(span);
  if (peer !== undefined) words.push(`→ ${label(peer, NAME_MAX)}`);
  const failure = httpFailure(span);
  if (failure !== undefined) words.push(cleanText(failure));
  const retried = retriedWords(folded);
  if (retried !== undefined) words.push(`(${retried})`);
  if (outlivesParent(node, parent)) words.push('(outlives its parent)');
  if (span.metadata.warnings.includes('missing_parent')) words.push('(no parent)');
  const place = span.status === 'Running' ? placeOf(span) : undefined;
  if (place !== undefined) words.push(`(at ${label(place, NAME_MAX)})`);
  if (depth > LEVELS_MAX) words.push(`(level ${depth})`);
  return words.join(' ');
}

/** A line is the last among its siblings if no line of its depth follows before a shallower one. */
function drawTree(lines: readonly Line[]): string[] {
  const isLast = new Array<boolean>(lines.length);
  let follows: boolean[] = [];
  for (let i = lines.length - 1; i >= 0; i--) {
    const level = levelOf(lines[i]!);
    isLast[i] = !follows[level];
    follows = follows.slice(0, level);
    follows[level] = true;
  }
  const lastAt: boolean[] = [];
  return lines.map((line, i) => {
    const level = levelOf(line);
    lastAt[level] = isLast[i]!;
    let branch = '';
    for (let at = 1; at < level; at++) branch += lastAt[at] ? '   ' : '│  ';
    if (level > 0) branch += isLast[i] ? '└─ ' : '├─ ';
    return `${column(line.offset)} ${column(line.duration)}  ${branch}${line.text}`;
  });
}

function levelOf(line: Line): number {
  return Math.min(line.depth, LEVELS_MAX);
}

function column(text: string): string {
  return text.padStart(COLUMN_WIDTH);
}
