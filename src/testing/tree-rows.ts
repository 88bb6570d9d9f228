/** A tree of spans as rows, each span before its children. Trees may be as deep as a run is long: no recursion. */
import type { RecordedSpan } from './recorded-span.ts';

export interface TreeRow {
  readonly span: RecordedSpan;
  /** 0 for the root. */
  readonly depth: number;
}

export function treeRows(root: RecordedSpan): TreeRow[] {
  const rows: TreeRow[] = [];
  const stack: TreeRow[] = [{ span: root, depth: 0 }];
  for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
    rows.push(row);
    const depth = row.depth + 1;
    for (const span of row.span.children.toReversed()) stack.push({ span, depth });
  }
  return rows;
}
