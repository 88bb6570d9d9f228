import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { OUTLINE, type TraceOutline } from '../../../src/model/trace-outline.ts';
import { criticalPath, SEGMENTS_MAX } from '../../../src/projection/critical-path.ts';
import { atOnce } from '../../../src/projection/in-turns.ts';
import { drawnOutline, drawnPath } from '../../support/drawn-trace.ts';
import { programs } from '../../support/span-forests.ts';
import { buildTrace } from '../../support/trace-records.ts';

const DRAWN: readonly (readonly [string, string, string])[] = [
  ['is the span itself where it has no children', 'root ────────', 'rrrrrrrr'],
  [
    'goes back from one child to the one that ended before it began',
    `
    root ────────────
      a   ────
      b         ────
    `,
    'raaaarrbbbbr',
  ],
  [
    'passes over what went on beside the child that ended last',
    `
    root ──────────
      a   ────
      b      ───
      c         ───
    `,
    'rrrrbbbccc',
  ],
  [
    'goes down as deep as there are children',
    `
    root ────────────
      a   ─────────
        b   ───
        c       ──
    `,
    'raabbbaccarr',
  ],
  [
    'cuts the called side of a call at the end of the call',
    `
    root   ──────────
      call   ─────      client
        serve   ──────  server
    `,
    'rrcccssrrr',
  ],
  [
    'leaves out a task that was let go',
    `
    root   ──────────
      work  ─────
      task   ───────────
    `,
    'rwwwwwrrrr',
  ],
  [
    'leaves out what still runs when its parent has ended',
    `
    root ────────
      a    ───
      b   ─────── runs
    `,
    'rraaarrr',
  ],
  [
    'cuts a child that began before its parent',
    `
    root   ──────
      a  ────
    `,
    '..aarrrr',
  ],
  [
    'of children that ended together takes the one that began first',
    `
    root ──────
      a   ────
      b     ──
    `,
    'raaaar',
  ],
  [
    'goes back from the end of the trace where the root still runs',
    `
    root ──── runs
      a   ────
      b      ── runs
    `,
    'raaaa',
  ],
];

describe('the critical path', () => {
  test.each(DRAWN)('%s', (_, drawing, path) => {
    expect(drawnPath(drawnOutline(drawing))).toBe(path);
  });

  it('takes a child that ends less than a millisecond late for one that was waited for', () => {
    const path = (lateMs: number) => {
      const child = { parent: 0, atMs: 0, durationMs: 10 + lateMs };
      const spans = [{ atMs: 0, durationMs: 10 }, child];
      return [...buildTrace({ spans }).outline.criticalRow];
    };
    expect(path(0.5)).toEqual([1]);
    expect(path(1.5)).toEqual([0]);
  });

  it('marks the spans that it goes through', () => {
    const { facts } = drawnOutline(`
      root ────────────
        a   ────
        b      ────
    `);
    const critical = [...facts].map((bits) => (bits & OUTLINE.critical) !== 0);
    expect(critical).toEqual([true, false, true]);
  });

  it('adds up to the duration of the root, whatever the spans are, without overlap', () => {
    fc.assert(
      fc.property(programs, (spans) => {
        const { outline } = buildTrace({ spans });
        const root = outline.byStart.find((row) => outline.parent[row]! < 0)!;
        expect(lengthOf(outline)).toBe(Number(outline.duration[root]!));
        let end = Number(outline.start[root]!);
        for (let i = 0; i < outline.criticalRow.length; i++) {
          const row = outline.criticalRow[i]!;
          expect(outline.criticalFrom[i]).toBe(end);
          end = outline.criticalTo[i]!;
          const begin = Number(outline.start[row]!);
          expect(outline.criticalFrom[i]).toBeGreaterThanOrEqual(begin);
          expect(end).toBeLessThanOrEqual(begin + Number(outline.duration[row]!));
        }
      }),
    );
  });

  it('keeps the longest segments where there are more than can be told', () => {
    const children = SEGMENTS_MAX;
    const count = children + 1;
    const from = Float64Array.from({ length: count }, (_, row) => Math.max(0, (row - 1) * 10));
    const to = Float64Array.from({ length: count }, (_, row) => from[row]! + (row % 2 ? 9 : 8));
    to[0] = children * 10;
    const subtreeEnd = Int32Array.from({ length: count }, (_, row) => row + 1);
    subtreeEnd[0] = count;
    const childCount = new Int32Array(count);
    childCount[0] = children;
    const tree = { subtreeEnd, childCount, facts: new Uint32Array(count) };
    const path = atOnce(criticalPath(tree, { from, to }, 0, to[0]!));
    expect(path.criticalRow.length).toBe(SEGMENTS_MAX);
    expect([...path.criticalRow]).toEqual(Array.from({ length: children }, (_, i) => i + 1));
  });
});

function lengthOf({ criticalFrom, criticalTo }: TraceOutline): number {
  return criticalTo.reduce((sum, to, i) => sum + to - criticalFrom[i]!, 0);
}
