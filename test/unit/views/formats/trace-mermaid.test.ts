import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../../src/projection/in-turns.ts';
import {
  CHARACTERS_MAX,
  traceMermaid,
} from '../../../../src/views/formats/mermaid/trace-mermaid.ts';
import { type Tellable, tellable } from '../../../../src/views/formats/tell-trace.ts';
import { DIAGRAMS, type Diagram } from '../../../../src/views/view-choices.ts';
import type { SpanSpec } from '../../../support/otlp-request.ts';
import { type ParsedDiagram, parseMermaid } from '../../../support/parse-mermaid.ts';
import { ORDER, REBUILD } from '../../../support/trace-examples.ts';
import { buildTrace, projectTrace, type TraceSpec } from '../../../support/trace-records.ts';

const TYPES: Record<Diagram, string> = {
  sequence: 'sequence',
  gantt: 'gantt',
  flowchart: 'flowchart-v2',
};

/** What `everywhere` has, whatever the name. */
const PARTS: Record<Diagram, ParsedDiagram> = {
  sequence: { type: 'sequence', places: 3, steps: 17 },
  gantt: { type: 'gantt', places: 2, steps: 6 },
  flowchart: { type: 'flowchart-v2', places: 6, steps: 5 },
};

function whole(spec: TraceSpec): Tellable {
  const { trace } = projectTrace(buildTrace(spec));
  return atOnce(tellable(trace, { first: 0, end: trace.outline.count }, 200));
}

function drawn(spec: TraceSpec, diagram?: Diagram): string {
  return traceMermaid(whole(spec), diagram).content;
}

describe('a trace as a sequence diagram', () => {
  it('tells who called whom, what failed and what was passed', () => {
    expect(drawn(ORDER)).toBe(`sequenceDiagram
    title POST /orders · shop · 1.50 s
    actor caller
    participant p0 as shop
    participant p1 as postgresql
    participant p2 as payment
    participant p3 as psp.example
    participant p4 as warehouse
    caller->>p0: POST /orders · 1.23 s
    activate p0
    Note over p0: ◆ cart.validated
    p0->>p0: reserveStock · 410 ms
    activate p0
    p0->>p1: SELECT stock ×24 · 334 ms
    deactivate p0
    p0->>p0: charge · 520 ms
    activate p0
    p0->>p2: POST /charges · 400 ms
    activate p2
    p2->>p3: POST psp.example · 350 ms
    Note over p2: ✕ 503
    p3--xp2: failed
    Note over p2: ✕ PspError#58; 503 Service Unavailable
    p2--xp0: failed
    deactivate p2
    deactivate p0
    p0-)p4: orders process · 150 ms
    p0-)p0: sendMail · 300 ms, outlives its parent
    p0--xcaller: failed, HTTP 502
    deactivate p0
`);
  });

  it('shows a call that failed for its caller alone, and an answer that is an error to nobody', () => {
    const code = (status: number) => ({ 'http.response.status_code': status });
    const text = drawn({
      resources: [
        {
          service: 'shop',
          spans: [
            { name: 'POST /orders', kind: 'server', durationMs: 50, attributes: code(402) },
            { name: 'POST', kind: 'client', parent: 0, durationMs: 40, status: 'error' },
          ],
        },
        {
          service: 'payment',
          spans: [{ name: 'POST /charges', kind: 'server', parent: 1, attributes: code(402) }],
        },
      ],
    });
    expect(text).toContain('p1--xp0: failed, HTTP 402\n');
    expect(text).toContain('p0-->>caller: 50.0 ms, HTTP 402\n');
  });

  it('shares one column among too many participants', () => {
    const resources = Array.from({ length: 40 }, (_, i) => ({
      service: `service ${i}`,
      spans: [{ name: 'step', ...(i > 0 ? { parent: i - 1 } : {}), durationMs: 100 - i }],
    }));
    const text = drawn({ resources });
    expect(text.match(/participant/g)).toHaveLength(21);
    expect(text).toContain('participant others as others');
  });
});

describe('a trace as a gantt chart', () => {
  it('has a section a service and an axis in the unit that fits', () => {
    expect(drawn(REBUILD, 'gantt')).toBe(`gantt
    title nightly.rebuild · worker · 45.0 ms
    dateFormat x
    axisFormat %Q µs
    todayMarker off
    section worker
    nightly.rebuild · running :active, s0, 0, 45000ms
    load · 20.0 ms :s1, 1000, 20000ms
    index · running :active, s2, 25000, 20000ms
    upload · 5.00 ms :s3, 40000, 5000ms
`);
  });
});

describe('a trace as a flowchart', () => {
  it('has shapes for kinds and colours for states', () => {
    const text = drawn(ORDER, 'flowchart');
    expect(text).toContain('n2[("SELECT stock ×24 · 334 ms")]\n    n1 --> n2\n');
    expect(text).toContain('class n0,n26,n27,n28,n29 failed');
    expect(drawn(REBUILD, 'flowchart')).toContain('class n0,n2 running');
  });
});

describe.each(DIAGRAMS)('every %s diagram', (diagram) => {
  it.each([
    ['an order', ORDER],
    ['a rebuild', REBUILD],
    ['one span', { spans: [{ name: '' }] }],
    ['no time at all', { spans: [{ durationMs: 0 }] }],
    ['all of time', { spans: [{ startUnixNano: 1n, endUnixNano: 2n ** 64n - 1n }, { parent: 0 }] }],
  ] satisfies [string, TraceSpec][])('parses: %s', async (_, spec) => {
    expect((await parseMermaid(drawn(spec, diagram))).type).toBe(TYPES[diagram]);
  });

  it.each(HOSTILE())('has the parts that it should with the name %j everywhere', async (name) => {
    const harmless = await parseMermaid(drawn(everywhere('x'), diagram));
    expect(harmless).toEqual(PARTS[diagram]);
    expect(await parseMermaid(drawn(everywhere(name), diagram))).toEqual(harmless);
  });

  it('parses with any name', async () => {
    const word = fc.oneof(
      fc.constantFrom(...HOSTILE()),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    const name = fc
      .array(word, { minLength: 1, maxLength: 4 })
      .map((words) => words.join(''))
      .filter((name) => name !== '');
    await fc.assert(
      fc.asyncProperty(name, async (name) => {
        expect(await parseMermaid(drawn(everywhere(name), diagram))).toEqual(PARTS[diagram]);
      }),
      { numRuns: 60 },
    );
  });

  it('stays within what stock Mermaid draws, and says what it leaves out', async () => {
    const name = '#;"'.repeat(100);
    const spans: SpanSpec[] = Array.from({ length: 2_000 }, (_, i) => ({
      name: `${name}${i}`,
      ...(i > 0 ? { parent: 0 } : { durationMs: 10_000 }),
    }));
    const written = traceMermaid(whole({ service: name, spans }), diagram);
    expect(written.truncated).toBe(true);
    expect(written.content.length).toBeLessThanOrEqual(CHARACTERS_MAX);
    expect(written.spanCount).toBeGreaterThan(20);
    expect(written.content).toContain(`… ${2_000 - written.spanCount} of 2000 spans not shown`);
    expect((await parseMermaid(written.content)).type).toBe(TYPES[diagram]);
  });
});

function HOSTILE(): string[] {
  return [
    'end',
    'graph TD; a-->b',
    'a\nparticipant evil',
    'say "hi"',
    'a;b',
    '%%{init: {"theme":"dark"}}%%',
    '%% comment',
    '`**bold**`',
    '#35;',
    '#',
    'style x :y#z;',
    'classDef a :b#c;',
    '<script>alert(1)</script>',
    '<br>',
    '\u202eevil\u202c',
    '---\ntitle: x\n---',
    'section',
    'title x',
    'click a call b()',
    '2026-01-02',
    'accTitle: x',
    'accDescr {',
    'todayMarker off',
    'excludes weekends',
    'wrap: x',
    'nowrap:x',
    'a->>b: c',
    'a--xb',
    'activate p0',
    '@{ shape: rect }',
    '$$x^2$$',
    '\\n',
    '&lt;',
    '|x|',
    '[("',
    '\u001b[31mred\u001b[0m',
    '\ud800',
    'ﬂ°°60¶ß',
    '漢字かな',
    '👩‍👩‍👧',
    ' ',
    'x'.repeat(5_000),
  ];
}

function everywhere(name: string): TraceSpec {
  const failed: SpanSpec = {
    status: 'error',
    statusMessage: name,
    events: [
      { name: 'exception', attributes: { 'exception.type': name, 'exception.message': name } },
      { name: 'synton.checkpoint', attributes: { 'synton.checkpoint.name': name } },
    ],
  };
  const peer = { 'server.address': name, 'db.system.name': name };
  return {
    resources: [
      {
        service: name,
        spans: [
          { name, kind: 'server', ...failed },
          { name, parent: 0, ...failed },
          { name, kind: 'client', parent: 1, attributes: { 'service.peer.name': name }, ...failed },
          { name, kind: 'client', parent: 1, attributes: peer },
          { name, parent: 0, endUnixNano: 0n },
        ],
      },
      { service: `${name}2`, spans: [{ name, kind: 'server', parent: 2 }] },
    ],
  };
}
