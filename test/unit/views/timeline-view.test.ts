import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidParameter } from '../../../src/model/errors.ts';
import type { TimelineView } from '../../../src/model/timeline-view.ts';
import { atOnce } from '../../../src/projection/in-turns.ts';
import {
  type TimelineParams,
  timelineOf,
  timelineView,
} from '../../../src/views/timeline/timeline-view.ts';
import type { SpanSpec } from '../../support/otlp-request.ts';
import { ORDER, REBUILD } from '../../support/trace-examples.ts';
import { traceReaderOver } from '../../support/trace-reader-over.ts';
import { buildTrace, projectTrace, type TraceSpec } from '../../support/trace-records.ts';

const never = new AbortController().signal;

function viewOf(spec: TraceSpec, params: Omit<TimelineParams, 'traceId'> = {}): TimelineView {
  return atOnce(timelineOf(projectTrace(buildTrace(spec)).trace, params));
}

function timeline(...spans: SpanSpec[]): TimelineView {
  return viewOf({ service: 'shop', spans });
}

function selfMs(view: TimelineView): number[] {
  return view.rows.map((row) => Number(row.selfNano) / 1e6);
}

describe('a timeline', () => {
  it('has a row a span, with its place in the tree and in time', () => {
    const view = viewOf(ORDER);
    expect(view.rows).toHaveLength(33);
    expect(view.rows[26]).toMatchObject({
      name: 'charge',
      service: 'shop',
      kind: 'Function',
      role: undefined,
      status: 'Failed',
      depth: 1,
      lane: 1,
      offsetNano: 430_000_000n,
      durationNano: 520_000_000n,
      selfNano: 20_000_000n,
      critical: true,
    });
    expect(view.rows[28]).toMatchObject({ name: 'POST /charges', offsetNano: 490_000_000n });
    expect(view.next).toBeUndefined();
  });

  it('counts what children cover once, and only within their parent', () => {
    expect(
      selfMs(
        timeline(
          { durationMs: 100 },
          { parent: 0, atMs: 10, durationMs: 20 },
          { parent: 0, atMs: 20, durationMs: 20 },
          { parent: 0, atMs: 22, durationMs: 2 },
          { parent: 0, atMs: 90, durationMs: 50 },
        ),
      )[0],
    ).toBe(60);
    expect(selfMs(timeline({ durationMs: 10 }, { parent: 0, atMs: -5, durationMs: 50 }))).toContain(
      0,
    );
  });

  it('takes a running child for open until the end, and gives a running span no time', () => {
    const view = timeline({ durationMs: 100 }, { parent: 0, atMs: 30, endUnixNano: 0n });
    expect(selfMs(view)).toEqual([30, 0]);
    expect(view.rows[1]).toMatchObject({ status: 'Running', durationNano: 0n });
    expect(viewOf(REBUILD).concurrencyMax).toBe(3);
  });

  it('tells where a span stands that has not ended: in which one below it, and past which checkpoint', () => {
    const place = { 'code.file.path': 'a.ts', 'code.line.number': 3 };
    const view = timeline(
      { endUnixNano: 0n, attributes: place },
      { parent: 0, atMs: 1, endUnixNano: 0n },
      { parent: 0, atMs: 5, endUnixNano: 0n },
      {
        parent: 2,
        atMs: 6,
        endUnixNano: 0n,
        attributes: place,
        events: [
          { name: 'synton.checkpoint', attributes: { 'synton.checkpoint.name': 'first' } },
          {
            name: 'synton.checkpoint',
            atMs: 8,
            attributes: { 'synton.checkpoint.name': 'last', ...place, 'code.line.number': 9 },
          },
        ],
      },
      { parent: 3, atMs: 7, durationMs: 1, attributes: place },
    );
    const within = view.rows[3]!.spanId;
    expect(view.rows.map((row) => row.place)).toEqual([
      { at: 'a.ts:3', within },
      undefined,
      { within },
      { at: 'a.ts:9', checkpoint: 'last' },
      undefined,
    ]);
  });

  it('never finds more self time than duration, whatever the children', () => {
    const child = fc.record({
      atMs: fc.integer({ min: -50, max: 150 }),
      durationMs: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(child, { maxLength: 12 }), (children) => {
        const spans = children.map((given) => ({ ...given, parent: 0 }));
        const view = timeline({ name: 'parent', atMs: 0, durationMs: 100 }, ...spans);
        const covered = Array.from({ length: 100 }, (_, ms) =>
          children.some(({ atMs, durationMs }) => atMs <= ms && ms < atMs + durationMs),
        );
        const parent = view.rows.find(({ name }) => name === 'parent')!;
        expect(Number(parent.selfNano) / 1e6).toBe(covered.filter((is) => !is).length);
      }),
    );
  });

  it('counts the most spans open at one moment', () => {
    const row = (atMs: number, durationMs: number) => ({ atMs, durationMs });
    expect(timeline(row(0, 10), row(10, 10), row(20, 10)).concurrencyMax).toBe(1);
    expect(timeline(row(0, 10), row(5, 10), row(9, 1)).concurrencyMax).toBe(3);
    expect(timeline(row(0, 10), row(10, 0)).concurrencyMax).toBe(1);
    expect(timeline(row(0, 10), row(5, 0)).concurrencyMax).toBe(2);
  });
});

describe('asking for a timeline', () => {
  it('comes in pages that add up', async () => {
    const reader = await traceReaderOver(ORDER);
    const { traceId } = buildTrace(ORDER);
    const whole = await timelineView.render(reader, { traceId }, never);
    const rows = [];
    let after: string | undefined;
    do {
      const raw = { trace_id: traceId, limit: '10', after };
      const page = await timelineView.render(reader, timelineView.parseParams(raw), never);
      expect(page.rows.length).toBeLessThanOrEqual(10);
      expect(page.trace).toEqual(whole.trace);
      expect(page.concurrencyMax).toBe(whole.concurrencyMax);
      rows.push(...page.rows);
      after = page.next;
    } while (after !== undefined);
    expect(rows).toEqual(whole.rows);
  });

  it('goes on behind its last row when spans have arrived meanwhile', () => {
    const spans: SpanSpec[] = [
      { spanId: '00000000000000a0', durationMs: 50 },
      { spanId: '00000000000000a1', parent: 0, atMs: 10 },
      { spanId: '00000000000000a2', parent: 0, atMs: 20 },
    ];
    const first = viewOf({ spans }, { limit: 2 });
    const late = { spanId: '00000000000000a3', parent: 0, atMs: 5 };
    const next = viewOf({ spans: [...spans, late] }, { after: first.next! });
    expect(next.rows.map(({ spanId }) => spanId)).toEqual(['00000000000000a2']);
  });

  it('shows a sub-tree alone, its place in the trace kept', () => {
    const charge = viewOf(ORDER).rows.find(({ name }) => name === 'charge')!.spanId;
    const view = viewOf(ORDER, { subtree: charge });
    expect(view.rows.map(({ name }) => name)).toEqual([
      'charge',
      'POST',
      'POST /charges',
      'POST psp.example',
    ]);
    expect(view.rows[0]).toMatchObject({ depth: 1, offsetNano: 430_000_000n });
  });

  it.each([
    [{ limit: '0' }, 'limit: expected a whole number from 1 to 100000, got "0"'],
    [{ limit: ['1', '2'] }, 'limit: expected once'],
    [{ subtree: 'abc' }, 'subtree: expected 16 hexadecimal digits, got "abc"'],
    [{ depth: '-1' }, 'depth: expected a whole number from 0 to 1000000, got "-1"'],
    [{ after: 'x', offset: '3' }, 'offset: expected instead of after, not beside it'],
    [
      { root: '1' },
      '"root": unknown parameter; known are trace_id, limit, after, offset, subtree, depth',
    ],
  ])('refuses %o', (given, message) => {
    const raw = { trace_id: '1'.repeat(32), ...given };
    expect(() => timelineView.parseParams(raw)).toThrow(message);
  });

  it('refuses a cursor or a sub-tree of another trace', () => {
    const subtree = 'f'.repeat(16) as never;
    expect(() => viewOf(ORDER, { subtree })).toThrow(InvalidParameter);
    for (const after of ['x', 'ffffffffffffffff-3', 'ffffffffffffffff-0']) {
      expect(() => viewOf(ORDER, { after })).toThrow(InvalidParameter);
    }
  });
});
