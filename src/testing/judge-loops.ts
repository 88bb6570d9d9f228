/**
 * Queries in a loop: the same query or request (call-shape.ts), again and again below one span, each after the
 * one before has ended. A function that is called in the loop and does nothing but the query is looked through;
 * a request that a server answers is not, as whoever sends it is another loop. That it calls watched functions, in
 * which there is no span, is not doing something.
 */
import { label } from '../views/formats/clean-text.ts';
import { callShape } from './call-shape.ts';
import type { RecordedRun } from './recorded-run.ts';
import type { RecordedSpan } from './recorded-span.ts';
import { times, type Verdict } from './verdict.ts';

export interface LoopOptions {
  /** As often is no loop. @default 3 */
  readonly max?: number | undefined;
}

const TIMES_MAX = 3;
const SHAPE_MAX = 120;

interface Loop {
  readonly shape: string;
  readonly calls: RecordedSpan[];
  lastEnd: number;
}

/** @throws TypeError where `max` is no number of times */
export function judgeNoQueryInLoop(run: RecordedRun, options: LoopOptions = {}): Verdict {
  const { max = TIMES_MAX } = options;
  if (!Number.isSafeInteger(max) || max < 1) {
    throw new TypeError('toHaveNoQueryInLoop: max must be a whole number of at least 1');
  }
  const worst = loopsOf(run).reduce<Loop | undefined>(
    (most, loop) => (loop.calls.length > (most?.calls.length ?? max) ? loop : most),
    undefined,
  );
  return {
    pass: worst === undefined,
    expected: `to have no query in a loop (the same at most ${times(max)} in a row)`,
    fact:
      worst === undefined
        ? 'it has none'
        : `it asked ${times(worst.calls.length)}, one after another: ${label(worst.shape, SHAPE_MAX)}`,
    marked: worst?.calls ?? [],
  };
}

function loopsOf(run: RecordedRun): Loop[] {
  const loops = new Map<RecordedSpan, Map<string, Loop>>();
  const doing = doingChildren(run);
  for (const span of run.spans) {
    const shape = callShape(span);
    if (shape === undefined) continue;
    const { outer, path } = lookedThrough(run, span, doing);
    const parent = run.parentOf(outer)!;
    const siblings = loops.get(parent) ?? new Map<string, Loop>();
    loops.set(parent, siblings);
    const key = [...path, shape].join('\n');
    const loop = siblings.get(key) ?? { shape, calls: [], lastEnd: -1 };
    siblings.set(key, loop);
    if (span.startedAs < loop.lastEnd) continue;
    loop.calls.push(span);
    loop.lastEnd = span.endedAs ?? Infinity;
  }
  return [...loops.values()].flatMap((siblings) => [...siblings.values()]);
}

/** How many children of a span are spans of OpenTelemetry, or have one below them. */
function doingChildren(run: RecordedRun): ReadonlyMap<RecordedSpan, number> {
  const children = new Map<RecordedSpan, number>();
  const counted = new Set<RecordedSpan>();
  for (const span of run.spans) {
    let at = span;
    let parent = span.isCall ? undefined : run.parentOf(span);
    while (parent !== undefined && !counted.has(at)) {
      counted.add(at);
      children.set(parent, (children.get(parent) ?? 0) + 1);
      at = parent;
      parent = run.parentOf(at);
    }
  }
  return children;
}

/** The outermost span that does nothing but this call, and the names on the way. */
function lookedThrough(
  run: RecordedRun,
  call: RecordedSpan,
  doing: ReadonlyMap<RecordedSpan, number>,
): { readonly outer: RecordedSpan; readonly path: readonly string[] } {
  const path: string[] = [];
  let outer = call;
  for (;;) {
    const parent = run.parentOf(outer);
    if (parent === undefined || parent === run.root || doing.get(parent) !== 1) break;
    if (parent.otelKind === 'server' || parent.otelKind === 'consumer') break;
    path.push(parent.name);
    outer = parent;
  }
  return { outer, path };
}
