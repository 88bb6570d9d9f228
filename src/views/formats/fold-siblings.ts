/**
 * Folds runs of siblings that look the same, sub-trees included, into the first of them with a count:
 * twenty-four equal queries in a loop are one line ×24. Only neighbours are folded, so order stays
 * true. Linear, without recursion.
 */
import { childrenOf, type TraceNode } from '../../projection/project-trace.ts';
import { errorText } from './describe-span.ts';

export interface FoldedSpan {
  readonly node: TraceNode;
  readonly index: number;
  /** Spans that this line stands for, itself included; each with as many descendants. */
  readonly count: number;
  /** Over all of them. */
  readonly totalNano: bigint;
  readonly maxNano: bigint;
}

/** Two in a row say more apart than as a count. */
export const FOLD_MIN = 3;

/** Depth-first, as `nodes` are; folded spans and what is below them are left out. */
export function foldSiblings(nodes: readonly TraceNode[]): readonly FoldedSpan[] {
  const looks = looksOf(nodes);
  const folded: FoldedSpan[] = [];
  /** From the end of a sub-tree to where the run that it stands for ends. */
  const jumps = new Map<number, number>();
  let index = 0;
  while (index < nodes.length) {
    const node = nodes[index]!;
    let count = 1;
    let totalNano = node.span.durationNano;
    let maxNano = totalNano;
    let end = node.subtreeEnd;
    for (let next = end; isSibling(nodes, index, next) && looks[next] === looks[index]; ) {
      const { durationNano } = nodes[next]!.span;
      count++;
      totalNano += durationNano;
      if (durationNano > maxNano) maxNano = durationNano;
      end = nodes[next]!.subtreeEnd;
      next = end;
    }
    if (count >= FOLD_MIN) {
      jumps.set(node.subtreeEnd, end);
      folded.push({ node, index, count, totalNano, maxNano });
    } else {
      const { durationNano } = node.span;
      folded.push({ node, index, count: 1, totalNano: durationNano, maxNano: durationNano });
    }
    index++;
    for (let to = jumps.get(index); to !== undefined; to = jumps.get(index)) {
      jumps.delete(index);
      index = to;
    }
  }
  return folded;
}

function isSibling(nodes: readonly TraceNode[], index: number, next: number): boolean {
  return next < nodes.length && nodes[next]!.parent === nodes[index]!.parent;
}

/** By node, a number that equal-looking sub-trees share. */
function looksOf(nodes: readonly TraceNode[]): Int32Array {
  const looks = new Int32Array(nodes.length);
  const known = new Map<string, number>();
  for (let index = nodes.length - 1; index >= 0; index--) {
    const { span } = nodes[index]!;
    const told = span.events
      .filter((event) => event.type === 'Error' || event.type === 'Checkpoint')
      .map((event) => (event.type === 'Error' ? errorText(event) : event.name));
    const look = JSON.stringify([
      span.name,
      span.service,
      span.kind,
      span.otelKind,
      span.status,
      told,
      childLooks(nodes, index, looks),
    ]);
    let number = known.get(look);
    if (number === undefined) {
      number = known.size;
      known.set(look, number);
    }
    looks[index] = number;
  }
  return looks;
}

/** Runs of equal children count, so that the texts of a wide tree stay short. */
function childLooks(nodes: readonly TraceNode[], index: number, looks: Int32Array): string {
  const runs: string[] = [];
  let last = -1;
  let count = 0;
  for (const child of childrenOf(nodes, index)) {
    if (looks[child] === last) count++;
    else {
      if (count > 0) runs.push(`${last}x${count}`);
      last = looks[child]!;
      count = 1;
    }
  }
  if (count > 0) runs.push(`${last}x${count}`);
  return runs.join();
}
