import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childrenOf } from '../../../src/projection/project-trace.ts';
import type { SpanRecord } from '../../../src/store/contracts/span-record.ts';
import type { ResourceSpec, SpanSpec } from '../../support/otlp-request.ts';
import { buildTrace, projectTrace, traceOf } from '../../support/trace-records.ts';

const START = 1_767_323_045_000_000_000n;
const [A, B, C] = ['000000000000000a', '000000000000000b', '000000000000000c'] as const;

type Projected = ReturnType<typeof projectTrace>;

function project(...spans: SpanSpec[]): Projected {
  return projectTrace(buildTrace({ service: 'shop', spans }));
}

/** Two spaces a level: what a person would draw. */
function drawn({ nodes }: Projected): string[] {
  return nodes.map(({ span, depth }) => '  '.repeat(depth) + span.name);
}

function warningsOf({ nodes }: Projected, name: string): readonly string[] {
  return nodes.find(({ span }) => span.name === name)!.span.metadata.warnings;
}

describe('the tree of a trace', () => {
  it('is depth-first, siblings by start', () => {
    const trace = project(
      { name: 'POST /orders', kind: 'server', atMs: 0, durationMs: 100 },
      { name: 'charge', parent: 0, atMs: 50, durationMs: 40 },
      { name: 'reserve', parent: 0, atMs: 10, durationMs: 30 },
      { name: 'SELECT', parent: 2, atMs: 12, durationMs: 3 },
      { name: 'UPDATE', parent: 2, atMs: 16, durationMs: 3 },
    );
    expect(drawn(trace)).toEqual([
      'POST /orders',
      '  reserve',
      '    SELECT',
      '    UPDATE',
      '  charge',
    ]);
    const { parent, childCount, subtreeEnd } = trace.trace.outline;
    expect(trace.nodes.map((_, row) => [parent[row], childCount[row], subtreeEnd[row]])).toEqual([
      [-1, 2, 5],
      [0, 2, 4],
      [1, 0, 3],
      [1, 0, 4],
      [0, 0, 5],
    ]);
    expect([...childrenOf(trace.trace.outline, 0)]).toEqual([1, 4]);
    expect(trace.trace.outline.endUnixNano - trace.trace.outline.startUnixNano).toBe(100_000_000n);
    expect(trace.trace.warnings).toEqual([]);
  });

  it('has siblings that start together in one order, whichever ends first', () => {
    const root = { name: 'root', spanId: A, atMs: 0, endUnixNano: 0n };
    const one = { name: 'one', spanId: C, parent: A, atMs: 0 };
    const two = { name: 'two', spanId: B, parent: A, atMs: 0 };
    const runs = { endUnixNano: 0n };
    // Spans arrive when they end.
    const all = [
      [root, { ...one, ...runs }, { ...two, ...runs }],
      [{ ...one, durationMs: 5 }, root, { ...two, ...runs }],
      [{ ...two, durationMs: 5 }, root, { ...one, ...runs }],
      [{ ...one, durationMs: 5 }, { ...two, durationMs: 6 }, root],
      [{ ...two, durationMs: 5 }, { ...one, durationMs: 6 }, root],
    ].map((spans) => drawn(project(...spans)));
    expect(all).toEqual(all.map(() => ['root', '  two', '  one']));
  });

  it('has what one thread did within the same millisecond in the order of arrival', () => {
    const names = ['first', 'second', 'third'];
    const trace = project(
      { name: 'root', atMs: 0, durationMs: 9 },
      { name: 'first', parent: 0, atMs: 3, durationMs: 0.2, spanId: C },
      { name: 'second', parent: 0, atMs: 3, durationMs: 0.7, spanId: B },
      { name: 'third', parent: 0, atMs: 3, durationMs: 5, spanId: A },
    );
    expect(drawn(trace)).toEqual(['root', ...names.map((name) => `  ${name}`)]);
  });

  it('shows spans whose parent never came as roots, with a warning', () => {
    const trace = project({ name: 'root', spanId: A }, { name: 'lost', parent: B, atMs: 1 });
    expect(drawn(trace)).toEqual(['root', 'lost']);
    expect(warningsOf(trace, 'lost')).toEqual(['missing_parent']);
    expect(trace.trace.warnings).toEqual(['missing_parent']);
  });

  it('cuts a circle of parents at its earliest span', () => {
    const trace = project(
      { name: 'a', spanId: A, parent: C, atMs: 2 },
      { name: 'b', spanId: B, parent: A, atMs: 1 },
      { name: 'c', spanId: C, parent: B, atMs: 3 },
      { name: 'hanger-on', parent: C, atMs: 4 },
    );
    expect(drawn(trace)).toEqual(['b', '  c', '    a', '    hanger-on']);
    expect(warningsOf(trace, 'b')).toEqual(['parent_cycle']);
  });

  it('takes a span that is its own parent for a root', () => {
    const trace = project({ name: 'ouroboros', spanId: A, parent: A });
    expect(drawn(trace)).toEqual(['ouroboros']);
    expect(trace.trace.warnings).toEqual(['self_parent']);
  });

  it('hangs a server span that shares its client’s id below it, with the server’s own children', () => {
    const trace = projectTrace(
      buildTrace({
        resources: [
          {
            service: 'shop',
            spans: [
              { name: 'checkout', spanId: A, durationMs: 100 },
              { name: 'POST', kind: 'client', spanId: B, parent: A, atMs: 1, durationMs: 50 },
              { name: 'resolve', parent: B, atMs: 2, durationMs: 1 },
            ],
          },
          {
            service: 'payment',
            spans: [
              { name: 'POST /pay', kind: 'server', spanId: B, parent: A, atMs: 5, durationMs: 20 },
              { name: 'SELECT', parent: B, atMs: 6, durationMs: 5 },
            ],
          },
        ],
      }),
    );
    expect(drawn(trace)).toEqual([
      'checkout',
      '  POST',
      '    resolve',
      '    POST /pay',
      '      SELECT',
    ]);
    expect(trace.trace.warnings).toEqual([]);
  });

  it('keeps other spans under one id side by side, marked', () => {
    const trace = project(
      { name: 'one', spanId: A, kind: 'internal', durationMs: 20 },
      { name: 'two', spanId: A, kind: 'client', atMs: 1 },
      { name: 'child', parent: A, atMs: 2 },
    );
    expect(drawn(trace)).toEqual(['one', '  child', 'two']);
    expect(warningsOf(trace, 'two')).toEqual(['duplicate_span_id']);
  });

  it('holds each span once, whatever the parents say', () => {
    const ids = ['00000000000000f0', '00000000000000f1', '00000000000000f2', '00000000000000f3'];
    const span = fc.record({
      spanId: fc.constantFrom(...ids),
      parent: fc.option(fc.constantFrom(...ids, 'ffffffffffffffff'), { nil: undefined }),
      kind: fc.integer({ min: 0, max: 6 }),
      service: fc.constantFrom('a', 'b'),
      atMs: fc.integer({ min: -20, max: 20 }),
      durationMs: fc.integer({ min: -5, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 24 }), (given) => {
        const resources: ResourceSpec[] = given.map(({ service, parent, ...rest }, index) => ({
          service,
          spans: [{ ...rest, name: `s${index}`, ...(parent === undefined ? {} : { parent }) }],
        }));
        const trace = projectTrace(buildTrace({ resources }));
        expect(trace.nodes.map(({ span: { name } }) => name).sort()).toEqual(
          given.map((_, index) => `s${index}`).sort(),
        );
        const { outline } = trace.trace;
        trace.nodes.forEach((node, index) => {
          const parent = outline.parent[index]!;
          expect(parent).toBeLessThan(index);
          expect(node.depth).toBe(parent < 0 ? 0 : trace.nodes[parent]!.depth + 1);
          const children = [...childrenOf(outline, index)];
          expect(children).toHaveLength(node.childCount);
          for (const child of children) expect(outline.parent[child]).toBe(index);
          expect(node.endUnixNano).toBeGreaterThanOrEqual(node.startUnixNano);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('takes a chain of 100,000 spans, and a circle of as many', () => {
    const [first, ...rest] = buildTrace({ service: 'deep', spans: [{}, { parent: 0 }] }).records;
    const template = rest[0]!.span;
    const id = (n: number) => Buffer.from((n + 1).toString(16).padStart(16, '0'), 'hex');
    /** Field 2 and field 4 of the message, wherever the builder put them. */
    const link = (n: number, parent: number): SpanRecord => {
      const span = Uint8Array.from(template);
      span.set(id(n), 20);
      span.set(id(parent), 30);
      return { ...first!, span, arrival: n + 1 };
    };
    expect([template[18], template[19], template[28], template[29]]).toEqual([0x12, 8, 0x22, 8]);
    const traceId = buildTrace({ spans: [{}] }).traceId;
    const count = 100_000;
    for (const parentOfFirst of [count + 7, count - 1]) {
      const records = Array.from({ length: count }, (_, n) => link(n, n || parentOfFirst));
      for (let n = 1; n < count; n++) records[n] = link(n, n - 1);
      records[0] = link(0, parentOfFirst);
      const { outline } = traceOf(traceId, records);
      expect(outline.count).toBe(count);
      expect(outline.depth.at(-1)).toBe(count - 1);
      expect(outline.subtreeEnd[0]).toBe(count);
    }
  });
});

describe('a span that outlives its parent', () => {
  it('is an AsyncTask', () => {
    const trace = project(
      { name: 'handler', durationMs: 10 },
      { name: 'sendMail', parent: 0, atMs: 5, durationMs: 50 },
      { name: 'rounded', parent: 0, atMs: 5.5, durationMs: 5.4 },
      {
        name: 'given',
        parent: 0,
        atMs: 6,
        durationMs: 50,
        attributes: { 'synton.kind': 'Function' },
      },
      { name: 'hangs', parent: 0, atMs: 7, endUnixNano: 0n },
    );
    expect(trace.nodes.map(({ span }) => `${span.name} ${span.kind}`)).toEqual([
      'handler Function',
      'sendMail AsyncTask',
      'rounded Function',
      'given Function',
      'hangs AsyncTask',
    ]);
    expect(trace.nodes.at(-1)!.endUnixNano).toBe(START + 56_000_000n);
  });
});

describe('clocks that disagree', () => {
  function call(child: SpanSpec, hosts = ['node-1', 'node-2'], parent: SpanSpec = {}) {
    const of = (host: string, service: string, spans: SpanSpec[]): ResourceSpec => ({
      service,
      attributes: { 'host.name': host },
      spans,
    });
    return projectTrace(
      buildTrace({
        startUnixNano: START,
        resources: [
          of(hosts[0]!, 'shop', [{ name: 'POST', kind: 'client', durationMs: 100, ...parent }]),
          of(hosts[1]!, 'payment', [
            { name: 'pay', kind: 'server', parent: 0, durationMs: 40, ...child },
            { name: 'inner', parent: 1, atMs: (child.atMs ?? 0) + 10, durationMs: 20 },
          ]),
        ],
      }),
    );
  }
  const offsets = ({ nodes }: Projected) =>
    nodes.map(({ startUnixNano }) => Number(startUnixNano - START) / 1e6);

  it('centres a child that starts before its parent, and moves what is below with it', () => {
    const trace = call({ atMs: -3_600_000 });
    expect(offsets(trace)).toEqual([0, 30, 40]);
    expect(trace.nodes.map(({ span }) => span.metadata.warnings)).toEqual([
      [],
      ['clock_skew_adjusted'],
      ['clock_skew_adjusted'],
    ]);
    expect(trace.nodes[1]!.span.startUnixNano).toBe(START - 3_600_000_000_000n);
    expect(trace.trace.outline.startUnixNano).toBe(START);
  });

  it('centres a child that ends after its parent', () => {
    expect(offsets(call({ atMs: 70 }))).toEqual([0, 30, 40]);
  });

  it('leaves spans of one host alone', () => {
    const trace = call({ atMs: -5 }, ['node-1', 'node-1']);
    expect(new Set(offsets(trace))).toEqual(new Set([0, -5, 5]));
    expect(trace.trace.warnings).toEqual([]);
  });

  it('leaves a child that fits where it is', () => {
    expect(offsets(call({ atMs: 55 }))).toEqual([0, 55, 65]);
  });

  it('moves a longer child only to the start of its parent', () => {
    expect(offsets(call({ atMs: -5, durationMs: 500 }))).toEqual([0, 0, 10]);
    expect(offsets(call({ atMs: 5, durationMs: 500 }))).toEqual([0, 5, 15]);
  });

  it('lets a message be consumed after its producer ended', () => {
    expect(offsets(call({ atMs: 900, kind: 'consumer' }))).toEqual([0, 900, 910]);
    expect(offsets(call({ atMs: -900, kind: 'consumer' }))).toEqual([0, 0, 10]);
  });
});
