/**
 * A lifecycle as lines to be read from top to bottom: what happened when, in which span. A span in which nothing else was told is one line, not
 * two; stretches in which nothing was open are lines, and what has not ended stands at the end with the place where it stands. Linear.
 */
import type { LifecycleEvent, LifecycleNode, LifecycleView } from '../../../../data/wire.ts';

export const LINE_KINDS = [
  'enter',
  'exit',
  'whole',
  'run',
  'checkpoint',
  'error',
  'custom',
  'gap',
  'running',
] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** What is shown or hidden together. */
export const LINE_GROUPS = ['calls', 'checkpoint', 'error', 'custom', 'gap', 'running'] as const;
export type LineGroup = (typeof LINE_GROUPS)[number];

export interface LifecycleLine {
  readonly kind: LineKind;
  readonly group: LineGroup;
  /** Nanoseconds from the start of the trace. */
  readonly offset: number;
  readonly depth: number;
  /** Undefined of a gap. */
  readonly node: LifecycleNode | undefined;
  /** Undefined of a gap, and of what still runs. */
  readonly event: LifecycleEvent | undefined;
  /** Nanoseconds, of a gap. */
  readonly gap: number;
  /** Of a run: the lines that it stands for. */
  readonly folded?: readonly LifecycleLine[];
  /** Of what still runs. */
  readonly running: LifecycleView['running'][number] | undefined;
}

const KIND_OF: Readonly<Record<LifecycleEvent['type'], LineKind>> = {
  Enter: 'enter',
  Exit: 'exit',
  Checkpoint: 'checkpoint',
  Error: 'error',
  Custom: 'custom',
};

export function linesOf(view: LifecycleView): readonly LifecycleLine[] {
  const nodes = new Map(view.tree.map((node) => [node.spanId, node]));
  const lines: LifecycleLine[] = [];
  const { events, gaps } = view;
  let gap = 0;
  for (let at = 0; at < events.length; at++) {
    const event = events[at]!;
    const offset = Number(event.offsetNano);
    for (; gap < gaps.length && Number(gaps[gap]!.fromOffsetNano) < offset; gap++) {
      lines.push(gapLine(gaps[gap]!));
    }
    const node = nodes.get(event.spanId);
    const next = events[at + 1];
    const isWhole = event.type === 'Enter' && next?.type === 'Exit' && next.spanId === event.spanId;
    const kind = isWhole ? 'whole' : KIND_OF[event.type];
    lines.push({
      ...{ kind, group: groupOf(kind), offset, depth: event.depth, node, event },
      ...{ gap: 0, running: undefined },
    });
    if (isWhole) at++;
  }
  for (; gap < gaps.length; gap++) lines.push(gapLine(gaps[gap]!));
  for (const running of view.running) {
    const node = nodes.get(running.spanId);
    lines.push({
      ...{ kind: 'running', group: 'running', gap: 0, running, node, event: undefined },
      ...{ offset: Number(node?.offsetNano ?? 0), depth: node?.depth ?? 0 },
    });
  }
  return lines;
}

function gapLine(gap: LifecycleView['gaps'][number]): LifecycleLine {
  return {
    ...{ kind: 'gap', group: 'gap', offset: Number(gap.fromOffsetNano), depth: 0 },
    ...{ node: undefined, event: undefined, gap: Number(gap.durationNano), running: undefined },
  };
}

function groupOf(kind: LineKind): LineGroup {
  return kind === 'enter' || kind === 'exit' || kind === 'whole' || kind === 'run' ? 'calls' : kind;
}

/** How many lines of each group there are. */
export function countGroups(lines: readonly LifecycleLine[]): Record<LineGroup, number> {
  const counts = { calls: 0, checkpoint: 0, error: 0, custom: 0, gap: 0, running: 0 };
  for (const { group } of lines) counts[group]++;
  return counts;
}

/** Two in a row say more apart than as a count. */
const RUN_MIN = 3;

/** Lines in a row that tell the same of siblings are one line, but for those whose first span is in `open`. */
export function foldRuns(
  lines: readonly LifecycleLine[],
  open: ReadonlySet<string>,
): readonly LifecycleLine[] {
  const folded: LifecycleLine[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    let end = at + 1;
    while (end < lines.length && isLike(lines[end]!, line)) end++;
    const run = lines.slice(at, end);
    if (run.length < RUN_MIN) folded.push(...run);
    else {
      folded.push({ ...line, kind: 'run', folded: run });
      if (open.has(line.node!.spanId)) folded.push(...run);
    }
    at = end;
  }
  return folded;
}

function isLike(one: LifecycleLine, other: LifecycleLine): boolean {
  if (one.kind !== 'whole' || other.kind !== 'whole') return false;
  const [a, b] = [one.node, other.node];
  return (
    a !== undefined &&
    b !== undefined &&
    a.name === b.name &&
    a.parentSpanId === b.parentSpanId &&
    a.service === b.service &&
    a.status === b.status &&
    a.folded === undefined &&
    b.folded === undefined
  );
}
