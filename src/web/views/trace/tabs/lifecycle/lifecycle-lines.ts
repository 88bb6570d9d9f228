/**
 * A lifecycle as lines to be read from top to bottom: what happened when, in which span. A span in which nothing else was told is one line, not
 * two; a failure of which the status alone is known is told where the span ends; stretches in which nothing was open are lines, and what has not
 * ended stands at the end with the place where it stands. Linear.
 */
import type { LifecycleEvent, LifecycleNode, LifecycleView } from '../../../../data/wire.ts';

export const LINE_KINDS = [
  'enter',
  'exit',
  'whole',
  'failed',
  'run',
  'loop',
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
  /** Undefined of a gap, and of what still runs. Of a failure, the error that was made of its status. */
  readonly event: LifecycleEvent | undefined;
  /** Nothing was told between its Enter and its Exit. */
  readonly isWhole?: true;
  /** Calls by the span that were tried again, one for each name, as they were given up or got through. */
  readonly retried?: readonly Retried[];
  /** Nanoseconds, of a gap. */
  readonly gap: number;
  /** Of a run: the lines that it stands for; of a loop, its Enter, its run and its Exit. */
  readonly folded?: readonly LifecycleLine[];
  /** Of what still runs. */
  readonly running: LifecycleView['running'][number] | undefined;
}

export interface Retried {
  readonly name: string;
  /** Attempts after the first ones. */
  readonly times: number;
  /** Different calls of that name. */
  readonly calls: number;
}

/** On an Error event that no sender recorded, first of its attributes. */
const DERIVED = 'synton.derived';

const KIND_OF: Readonly<Record<LifecycleEvent['type'], LineKind>> = {
  Enter: 'enter',
  Exit: 'exit',
  Checkpoint: 'checkpoint',
  Error: 'error',
  Custom: 'custom',
};

export function linesOf(view: LifecycleView): readonly LifecycleLine[] {
  const nodes = nodesBy(view.tree);
  const retried = retriedBy(view.tree);
  const failures = new Map(view.events.filter(isDerived).map((event) => [placeKey(event), event]));
  const lines: LifecycleLine[] = [];
  const { gaps } = view;
  const events = view.events.filter((event) => !isDerived(event));
  let gap = 0;
  for (let at = 0; at < events.length; at++) {
    const event = events[at]!;
    const offset = Number(event.offsetNano);
    for (; gap < gaps.length && Number(gaps[gap]!.fromOffsetNano) < offset; gap++) {
      lines.push(gapLine(gaps[gap]!));
    }
    const { spanId, type, depth } = event;
    const next = events[at + 1];
    const isWhole = type === 'Enter' && next?.type === 'Exit' && placeKey(next) === placeKey(event);
    const failure = isWhole || type === 'Exit' ? failures.get(placeKey(event)) : undefined;
    const kind = failure !== undefined ? 'failed' : isWhole ? 'whole' : KIND_OF[type];
    const again = type === 'Exit' || type === 'Error' ? retried.get(spanId) : undefined;
    lines.push({
      ...{
        kind,
        group: groupOf(kind),
        offset,
        depth,
        node: nodes.get(placeKey(event)) ?? nodes.get(spanId),
      },
      ...{ event: failure ?? event, gap: 0, running: undefined },
      ...(isWhole && { isWhole }),
      ...(again !== undefined && { retried: again }),
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

const isDerived = ({ type, attributes }: LifecycleEvent): boolean =>
  type === 'Error' && attributes[0]?.key === DERIVED;

/** Some senders give a call the same id at both ends, of which one lies below the other. */
const placeKey = ({ spanId, depth }: { spanId: string; depth: number }): string =>
  `${spanId} ${depth}`;

/** By place, and by id alone: then the first of those that share it. */
function nodesBy(tree: LifecycleView['tree']): ReadonlyMap<string, LifecycleNode> {
  const by = new Map<string, LifecycleNode>();
  for (const node of tree)
    for (const key of [node.spanId, placeKey(node)]) if (!by.has(key)) by.set(key, node);
  return by;
}

/** By the span that tried again. */
function retriedBy(tree: LifecycleView['tree']): ReadonlyMap<string, readonly Retried[]> {
  const by = new Map<string, Map<string, Retried>>();
  for (const { parentSpanId, name, attempt } of tree) {
    if (attempt === undefined || attempt.number < attempt.of || parentSpanId === undefined)
      continue;
    const names = by.get(parentSpanId) ?? new Map<string, Retried>();
    by.set(parentSpanId, names);
    const { times = 0, calls = 0 } = names.get(name) ?? {};
    names.set(name, { name, times: times + attempt.of - 1, calls: calls + 1 });
  }
  return new Map([...by].map(([spanId, names]) => [spanId, [...names.values()]]));
}

function gapLine(gap: LifecycleView['gaps'][number]): LifecycleLine {
  return {
    ...{ kind: 'gap', group: 'gap', offset: Number(gap.fromOffsetNano), depth: 0 },
    ...{ node: undefined, event: undefined, gap: Number(gap.durationNano), running: undefined },
  };
}

function groupOf(kind: LineKind): LineGroup {
  if (kind === 'failed') return 'error';
  return kind === 'exit' ||
    kind === 'whole' ||
    kind === 'run' ||
    kind === 'loop' ||
    kind === 'enter'
    ? 'calls'
    : kind;
}

/** Whether a span is what the line tells of, or among what it stands for. */
export function isOf(line: LifecycleLine, isMeant: (spanId: string) => boolean): boolean {
  if (line.node !== undefined && isMeant(line.node.spanId)) return true;
  return line.folded?.some((one) => one !== line && isOf(one, isMeant)) ?? false;
}

/** How many lines of each group there are. */
export function countGroups(lines: readonly LifecycleLine[]): Record<LineGroup, number> {
  const counts = { calls: 0, checkpoint: 0, error: 0, custom: 0, gap: 0, running: 0 };
  for (const { group } of lines) counts[group]++;
  return counts;
}

/** Two in a row say more apart than as a count. */
const RUN_MIN = 3;

/**
 * Lines in a row that tell the same of siblings are one line, those that begin side by side too, and one with the span around them where that did nothing else; but for those
 * whose first span, or the span around them, is in `open`.
 */
export function foldRuns(
  lines: readonly LifecycleLine[],
  open: ReadonlySet<string>,
): readonly LifecycleLine[] {
  const folded: LifecycleLine[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    let end = at + 1;
    while (end < lines.length && isLike(lines[end]!, line)) end++;
    const each = lines.slice(at, end);
    at = end;
    if (each.length < RUN_MIN) {
      folded.push(...each);
      continue;
    }
    const run: LifecycleLine = { ...line, kind: 'run', folded: each };
    const enter = folded.at(-1);
    const exit = lines[end];
    const told = open.has(line.node!.spanId) ? [run, ...each] : [run];
    if (enter === undefined || exit === undefined || !isAround(enter, run, exit)) {
      folded.push(...told);
      continue;
    }
    at = end + 1;
    const parts = [enter, run, exit];
    if (open.has(enter.node!.spanId)) {
      folded.splice(-1, 1, { ...enter, folded: parts }, ...told, exit);
    } else folded.splice(-1, 1, { ...enter, kind: 'loop', folded: parts });
  }
  return folded;
}

function isAround(enter: LifecycleLine, run: LifecycleLine, exit: LifecycleLine): boolean {
  const spanId = enter.node?.spanId;
  return (
    enter.kind === 'enter' &&
    exit.kind === 'exit' &&
    spanId !== undefined &&
    exit.node?.spanId === spanId &&
    run.node?.parentSpanId === spanId
  );
}

function isLike(one: LifecycleLine, other: LifecycleLine): boolean {
  const isEnter = one.kind === 'enter' || one.isWhole === true;
  if (!isEnter || one.kind !== other.kind || one.isWhole !== other.isWhole) return false;
  const [a, b] = [one.node, other.node];
  return (
    a !== undefined &&
    b !== undefined &&
    a.name === b.name &&
    a.parentSpanId === b.parentSpanId &&
    a.service === b.service &&
    a.status === b.status &&
    a.peer === b.peer &&
    a.folded === undefined &&
    b.folded === undefined &&
    // Attempts are told one by one.
    a.attempt === undefined &&
    b.attempt === undefined
  );
}
