/** Whatever the shape of a trace: pages, sub-trees and depths show of it what the whole shows, and nothing else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/model/clock.ts';
import type { TimelineRow } from '../../src/model/timeline-view.ts';
import { atOnce } from '../../src/projection/in-turns.ts';
import { ProjectedTrace } from '../../src/projection/project-trace.ts';
import { idAt } from '../../src/projection/trace-columns.ts';
import type { Trace } from '../../src/store/contracts/span-record.ts';
import { TraceMoved } from '../../src/store/contracts/trace-moved.ts';
import type { TraceReader } from '../../src/store/contracts/trace-reader.ts';
import { type AllViews, allViews } from '../../src/views/all-views.ts';
import { syntonPage } from '../../src/views/export/json-pages.ts';
import { writeJson } from '../../src/views/json.ts';
import { lifecycleOf } from '../../src/views/lifecycle/lifecycle-view.ts';
import { type TimelineParams, timelineOf } from '../../src/views/timeline/timeline-view.ts';
import { rangeOf } from '../../src/views/trace-rows.ts';
import type { View } from '../../src/views/view.ts';
import type { ResourceSpec } from '../support/otlp-request.ts';
import { buildTrace, projectTrace, type TraceSpec } from '../support/trace-records.ts';

const ids = Array.from({ length: 12 }, (_, i) => `00000000000000${(i + 16).toString(16)}`);

/** Spans of few ids, so that circles, sharing, orphans and repeats are frequent. */
const traces = fc
  .array(
    fc.record({
      spanId: fc.constantFrom(...ids),
      parent: fc.option(fc.constantFrom(...ids, 'ffffffffffffffff'), { nil: undefined }),
      kind: fc.integer({ min: 0, max: 6 }),
      name: fc.constantFrom('load', 'chat', 'tool_call'),
      service: fc.constantFrom('a', 'b'),
      atMs: fc.integer({ min: -20, max: 20 }),
      durationMs: fc.integer({ min: -5, max: 30 }),
      status: fc.constantFrom('error' as const, 'ok' as const),
      attributes: fc.constantFrom(
        {},
        { 'gen_ai.operation.name': 'execute_tool' },
        { 'synton.kind': 'Function' },
        { 'db.system.name': 'sqlite' },
      ),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((given): TraceSpec => {
    const resources: ResourceSpec[] = given.map(({ service, parent, ...span }) => ({
      service,
      spans: [{ ...span, ...(parent === undefined ? {} : { parent }) }],
    }));
    return { resources };
  });

function timelines(trace: ProjectedTrace, params: Omit<TimelineParams, 'traceId'>): TimelineRow[] {
  const rows: TimelineRow[] = [];
  let after: string | undefined;
  do {
    const page = atOnce(
      timelineOf(trace, { ...params, ...(after === undefined ? {} : { after }) }),
    );
    expect(page.rows.length).toBeLessThanOrEqual(params.limit!);
    expect(page.rowFirst).toBe(rows.length);
    rows.push(...page.rows);
    after = page.next;
    if (after === undefined) expect(page.rowCount).toBe(rows.length);
  } while (after !== undefined);
  return rows;
}

describe('a part of a trace', () => {
  it('is as the whole has it: pages, sub-trees, depths, offsets', () => {
    fc.assert(
      fc.property(
        traces,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 4 }),
        fc.nat(),
        (spec, limit, depth, pick) => {
          const { trace, nodes } = projectTrace(buildTrace(spec));
          const whole = atOnce(timelineOf(trace)).rows;
          expect(
            whole.map((row) => [row.spanId, row.name, row.kind, row.role, row.status, row.service]),
          ).toEqual(
            nodes.map(({ span }) =>
              [span.spanId, span.name, span.kind, span.role, span.status].concat(span.service),
            ),
          );
          expect(timelines(trace, { limit })).toEqual(whole);
          const shallow = whole.filter((row) => row.depth <= depth);
          expect(timelines(trace, { limit, depth })).toEqual(shallow);
          const offset = pick % (shallow.length + 2);
          expect(atOnce(timelineOf(trace, { offset, depth })).rows).toEqual(shallow.slice(offset));
          const root = whole.findIndex(
            ({ spanId }) => spanId === whole[pick % whole.length]!.spanId,
          );
          const below = whole.slice(root, root + 1 + whole[root]!.spansBelow);
          const subtree = whole[root]!.spanId;
          expect(timelines(trace, { limit, subtree })).toEqual(below);
          expect(below.filter(({ status }) => status === 'Failed').length).toBe(
            whole[root]!.errorsBelow + (whole[root]!.status === 'Failed' ? 1 : 0),
          );
          expect(timelines(trace, { limit, subtree, depth })).toEqual(
            below.filter((row) => row.depth <= whole[root]!.depth + depth),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('adds up to the whole when exported', () => {
    fc.assert(
      fc.property(traces, fc.integer({ min: 1, max: 9 }), (spec, limit) => {
        const given = buildTrace(spec);
        const range = rangeOf(given.outline, undefined);
        const whole = atOnce(syntonPage(new ProjectedTrace(given), range, {}));
        expect(whole.next).toBeUndefined();
        const spans: unknown[] = [];
        let after: string | undefined;
        do {
          const asked = { limit, ...(after === undefined ? {} : { after }) };
          const page = atOnce(syntonPage(new ProjectedTrace(given), range, asked));
          const content = JSON.parse(page.content);
          expect(content.next).toBe(page.next);
          expect(content.spans).toHaveLength(page.spanCount);
          spans.push(...content.spans);
          after = page.next;
        } while (after !== undefined);
        expect(spans).toEqual(JSON.parse(whole.content).spans);
      }),
      { numRuns: 150 },
    );
  });

  it('is counted in a lifecycle: what is told and what is not are all there is', () => {
    fc.assert(
      fc.property(traces, fc.integer({ min: 1, max: 30 }), (spec, limit) => {
        const { trace, nodes } = projectTrace(buildTrace(spec));
        const view = atOnce(lifecycleOf(trace, { limit }));
        expect(view.tree.length).toBeLessThanOrEqual(limit);
        expect(view.tree.length + (view.notShown?.spans ?? 0)).toBe(nodes.length);
        const failed = view.tree.filter(({ status }) => status === 'Failed').length;
        expect(failed + (view.notShown?.errors ?? 0)).toBe(view.trace.errorCount);
        expect(view.notShown === undefined).toBe(nodes.length <= limit);
        const told = new Set(view.tree.map(({ spanId }) => spanId));
        for (const event of view.events) expect(told.has(event.spanId)).toBe(true);
        const place = new Map(nodes.map(({ span }, row) => [span.metadata.arrival, row]));
        expect(place.size).toBe(nodes.length);
        for (const node of view.tree) {
          if (node.folded === undefined) continue;
          expect(node.folded.count).toBeGreaterThan(2);
          expect(node.folded.spans).toBeGreaterThanOrEqual(node.folded.count + node.spansBelow);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is the same where spans are read as they are shown, and read again once they have moved', async () => {
    await fc.assert(
      fc.asyncProperty(
        traces,
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        async (spec, limit, pick) => {
          const given = buildTrace(spec);
          const subtree =
            given.outline.count > 0 ? idAt(given.outline.spanId, pick % given.outline.count) : '';
          for (const [name, params] of questions(limit, subtree)) {
            const view = views[name] as View<unknown, unknown>;
            const asked = view.parseParams({ trace_id: given.traceId, ...params });
            const whole = writeJson(
              await view.render(
                readerOf(() => given),
                asked,
                never,
              ),
            );
            let moves = pick % 3;
            const moving = readerOf(() => readLater(given, () => moves-- > 0));
            expect(writeJson(await view.render(moving, asked, never))).toBe(whole);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is given up where it moves and moves', async () => {
    const given = buildTrace({ spans: [{}] });
    const asked = { traceId: given.traceId };
    const moving = readerOf(() => readLater(given, () => true));
    await expect(views.timeline.render(moving, asked, never)).rejects.toThrow(TraceMoved);
  });
});

const never = new AbortController().signal;
const views = allViews({ clock: systemClock, dropped: () => ({}) });

function readerOf(trace: () => Trace): TraceReader {
  return { trace: async () => trace() } as unknown as TraceReader;
}

/** Not held as a whole. */
function readLater({ records, ...rest }: Trace, hasMoved: () => boolean): Trace {
  const read = async (indexes: readonly number[]) => {
    if (hasMoved()) throw new TraceMoved();
    expect(indexes).toEqual([...new Set(indexes)].sort((a, b) => a - b));
    return indexes.map((index) => records[index]!);
  };
  return { ...rest, records: [], read };
}

function questions(limit: number, subtree: string): readonly (readonly [keyof AllViews, object])[] {
  const page = { limit: String(limit) };
  return [{}, { subtree }].flatMap((part) => [
    ['timeline', { ...page, ...part }] as const,
    ['timeline', { depth: '1', offset: '1', ...part }] as const,
    ['lifecycle', { ...page, ...part }] as const,
    ['export', { ...page, ...part }] as const,
    ['export', { ...page, ...part, flavor: 'otlp' }] as const,
    ['export', { ...part, format: 'text' }] as const,
    ...['sequence', 'gantt', 'flowchart'].map(
      (diagram) => ['export', { ...part, format: 'mermaid', diagram }] as const,
    ),
  ]);
}
