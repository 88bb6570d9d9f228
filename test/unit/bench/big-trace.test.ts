import { expect, test } from 'vitest';
import { bigTrace, bigTraceId, bigTraceSpanId } from '../../bench/load/big-trace.ts';
import { oracle } from '../../support/otlp-proto.ts';

interface Span {
  readonly traceId: Buffer;
  readonly spanId: Buffer;
  readonly parentSpanId: Buffer;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

test('one root, every other span below another and within its time', () => {
  const spans = [...bigTrace(5_000, 3, 1_767_323_045_000_000_000n)].flatMap((request) => {
    const { resourceSpans } = oracle.tracesData.toObject(oracle.tracesData.decode(request), {
      longs: String,
      bytes: Buffer,
    }) as { resourceSpans: { scopeSpans: { spans?: Span[] }[] }[] };
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((s) => s.spans ?? []));
  });
  expect(spans).toHaveLength(5_120);
  const byId = new Map(spans.map((span) => [span.spanId.toString('hex'), span]));
  expect(byId.size).toBe(5_120);
  expect(new Set(spans.map(({ traceId }) => traceId.toString('hex')))).toEqual(
    new Set([bigTraceId(3)]),
  );
  const roots = spans.filter(({ parentSpanId }) => !parentSpanId?.length);
  expect(roots.map(({ spanId }) => spanId.toString('hex'))).toEqual([bigTraceSpanId(3, 0)]);
  for (const span of spans) {
    if (span === roots[0]) continue;
    const parent = byId.get(span.parentSpanId.toString('hex'))!;
    expect(BigInt(span.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(parent.startTimeUnixNano));
    expect(BigInt(span.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(parent.endTimeUnixNano));
  }
});
