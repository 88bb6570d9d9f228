import { describe, expect, it } from 'vitest';
import { atOnce } from '../../../../src/projection/in-turns.ts';
import { tellable } from '../../../../src/views/formats/tell-trace.ts';
import { traceText } from '../../../../src/views/formats/text/trace-text.ts';
import type { SpanSpec } from '../../../support/otlp-request.ts';
import { ORDER, REBUILD } from '../../../support/trace-examples.ts';
import { buildTrace, projectTrace, type TraceSpec } from '../../../support/trace-records.ts';

function written(spec: TraceSpec, spansMax?: number) {
  const { trace } = projectTrace(buildTrace(spec));
  const range = { first: 0, end: trace.outline.count };
  return traceText(atOnce(tellable(trace, range, spansMax ?? 5_000)), spansMax);
}

describe('a trace as text', () => {
  it('is a tree with times before it', () => {
    expect(written(ORDER).content).toBe(`POST /orders  shop  Failed
trace a087eaf300b349c98706c4ebfb2627fd  2026-01-02T03:04:05.000Z  1.50 s  33 spans  5 errors  3 services

    +0 ns    1.23 s  ✕ POST /orders [shop] HTTP 502
 +12.0 ms            ├─ ◆ cart.validated
 +14.0 ms    410 ms  ├─ reserveStock
 +16.0 ms    334 ms  │  └─ SELECT stock ×24 (longest 16.0 ms) → postgresql
  +430 ms    520 ms  ├─ ✕ charge
  +440 ms    500 ms  │  └─ ✕ POST → payment HTTP 503
  +490 ms    400 ms  │     └─ ✕ POST /charges [payment]
  +510 ms    350 ms  │        ├─ ✕ POST psp.example → psp.example
  +860 ms            │        │  └─ ✕ 503
  +880 ms            │        └─ ✕ PspError: 503 Service Unavailable
  +1.19 s   4.00 ms  ├─ orders send → orders
  +1.30 s    150 ms  │  └─ orders process [warehouse]
  +1.20 s    300 ms  └─ sendMail (outlives its parent)

warnings: clock_skew_adjusted
`);
  });

  it('marks what runs and what lost its parent', () => {
    expect(written(REBUILD).content).toContain(`
    +0 ns   running  … nightly.rebuild [worker]
 +1.00 ms   20.0 ms  ├─ load
 +25.0 ms   running  └─ … index
 +40.0 ms   5.00 ms  upload [worker] (no parent)

warnings: missing_parent
`);
  });

  it('tells an error once: the HTTP status stands with the span', () => {
    const failed = (type: string): SpanSpec => ({
      name: 'POST',
      kind: 'client',
      status: 'error',
      attributes: { 'http.response.status_code': 402, 'error.type': type },
    });
    expect(written({ service: 'shop', spans: [failed('402')] }).content).not.toContain('✕ 402');
    expect(written({ service: 'shop', spans: [failed('timeout')] }).content).toContain('✕ timeout');
  });

  it('lets no name leave its line, colour it or turn it around', () => {
    const name = '\u001b[31mred\u001b[0m\n\u202e\u0007two\tthree\u2028four \u001b]0;title\u0007';
    const spans: SpanSpec[] = [
      { name, status: 'error', statusMessage: name },
      { name: '', parent: 0 },
      { name: `${'a'.repeat(500)}z`, parent: 0, durationMs: 5 },
      { name: '注文を受ける 👩‍👩‍👧', parent: 0 },
    ];
    const { content } = written({ service: name, spans });
    expect(content).toContain(
      '✕ ⟨U+001B⟩[31mred⟨U+001B⟩[0m ⟨U+202E⟩⟨U+0007⟩two three four ⟨U+001B⟩]0;title⟨U+0007⟩',
    );
    expect(content).toContain('(no name)');
    expect(content).toMatch(/a…a+z\n/);
    expect(content).toContain('注文を受ける 👩‍👩‍👧');
    expect(content.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\u202e]/u);
  });

  it('folds equal siblings with what is below them, neighbours only', () => {
    const item = (i: number, query = 'SELECT'): SpanSpec[] => [
      { name: 'item', parent: 0, atMs: i * 10, durationMs: 8 },
      { name: query, parent: 1 + i * 2, atMs: i * 10 + 1, durationMs: 5 },
    ];
    const spans = [
      { name: 'loop', durationMs: 100 },
      ...[0, 1, 2, 3].flatMap((i) => item(i)),
      ...item(4, 'UPDATE'),
      ...item(5),
      ...item(6),
    ];
    expect(written({ service: 'shop', spans }).content.split('\n').slice(3, -1)).toEqual([
      '    +0 ns    100 ms  loop [shop]',
      '    +0 ns   32.0 ms  ├─ item ×4 (longest 8.00 ms)',
      ' +1.00 ms   5.00 ms  │  └─ SELECT',
      ' +40.0 ms   8.00 ms  ├─ item',
      ' +41.0 ms   5.00 ms  │  └─ UPDATE',
      ' +50.0 ms   8.00 ms  ├─ item',
      ' +51.0 ms   5.00 ms  │  └─ SELECT',
      ' +60.0 ms   8.00 ms  └─ item',
      ' +61.0 ms   5.00 ms     └─ SELECT',
    ]);
  });

  it('says what it leaves out, counting folded spans', () => {
    const response = written(ORDER, 3);
    expect(response).toMatchObject({ spanCount: 26, truncated: true });
    expect(response.content).toContain(
      '\n… 7 more spans not shown, of 33; subtree=SPAN_ID shows a part\n',
    );
    expect(written(ORDER)).toMatchObject({ spanCount: 33, truncated: false });
  });

  it('indents a deep chain only so far', () => {
    const spans = Array.from({ length: 300 }, (_, i) => ({
      name: `level-${i}`,
      durationMs: 1000 - i,
      ...(i > 0 ? { parent: i - 1 } : {}),
    }));
    const lines = written({ spans }).content.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(200);
    expect(lines.some((line) => line.endsWith('└─ level-299 (level 299)'))).toBe(true);
  });
});
