import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../src/projection/in-turns.ts';
import { LANES_MAX, lanesOf } from '../../../src/projection/lanes.ts';
import { drawnLanes, drawnOutline } from '../../support/drawn-trace.ts';
import { programs } from '../../support/span-forests.ts';
import { buildTrace } from '../../support/trace-records.ts';

describe('lanes', () => {
  it('hang calls one below the other, and lay side by side what went on at once', () => {
    const outline = drawnOutline(`
      root ────────────────────────
        a   ─────────
          c     ───
        b     ──────────
        d              ────────
        e                ────
    `);
    expect(drawnLanes(outline)).toEqual({ root: 0, a: 1, b: 2, c: 3, d: 1, e: 2 });
    expect(outline.laneCount).toBe(4);
  });

  it('give a free place to whatever comes next, also to another root', () => {
    const outline = drawnOutline(`
      one  ────
        a   ──
      two      ─────
        b       ──
      three      ──
    `);
    expect(drawnLanes(outline)).toEqual({ one: 0, a: 1, two: 0, b: 1, three: 2 });
  });

  it('are taken for ever by what runs, and for a moment by what takes no time', () => {
    const outline = drawnOutline(`
      root ──────────── runs
        a   ─ runs
        b          ──
        c            •
        d            •
    `);
    expect(drawnLanes(outline)).toEqual({ root: 0, a: 1, b: 2, c: 2, d: 3 });
  });

  it('never overlap, and lie below the parent’s, whatever the spans are', () => {
    fc.assert(
      fc.property(programs, (spans) => {
        const { count, start, duration, lane, laneCount, parent } = buildTrace({ spans }).outline;
        for (let row = 0; row < count; row++) {
          expect(lane[row]).toBeLessThan(laneCount);
          if (parent[row]! >= 0) expect(lane[row]).toBeGreaterThan(lane[parent[row]!]!);
          for (let other = 0; other < row; other++) {
            if (lane[other] !== lane[row]) continue;
            const end = (at: number) => start[at]! + (duration[at]! || 1n);
            const overlaps = start[row]! < end(other) && start[other]! < end(row);
            expect(overlaps).toBe(false);
          }
        }
      }),
    );
  });

  it('are no more than their bound', () => {
    const count = LANES_MAX + 100;
    const from = new Float64Array(count);
    const to = new Float64Array(count).fill(10);
    const parent = new Int32Array(count).fill(-1);
    const byStart = Int32Array.from({ length: count }, (_, row) => row);
    const { lane, laneCount } = atOnce(lanesOf({ from, to }, parent, byStart));
    expect(laneCount).toBe(LANES_MAX);
    expect(lane.at(-1)).toBe(LANES_MAX - 1);
  });
});
