import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTraceId } from '../../src/model/ids.ts';
import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import { atOnce } from '../../src/projection/in-turns.ts';
import { timelineOf } from '../../src/views/timeline/timeline-view.ts';
import { realisticRequest } from '../support/otlp-request.ts';
import { projectTrace, recordsOf, traceOf } from '../support/trace-records.ts';

describe('the projection', () => {
  it('takes everything that the scanner takes', () => {
    const original = realisticRequest({ spans: 12, seed: 7 });
    const mutation = fc.record({
      at: fc.integer({ min: 0, max: original.length - 1 }),
      to: fc.integer({ min: 0, max: 255 }),
    });
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 4 }), (mutations) => {
        const request = Uint8Array.from(original);
        for (const { at, to } of mutations) request[at] = to;
        if (new SpanScanner().scan(request).status !== 'ok') return;
        const records = recordsOf(request);
        if (records.length === 0) return;
        accepted++;
        const traceId = parseTraceId(records[0]!.traceId);
        const all = records.map(({ record }) => record);
        const trace = traceOf(traceId, all);
        const projected = projectTrace(trace);
        expect(projected.nodes).toHaveLength(all.length);
        // What a row reads of a span is what decoding all of it finds.
        const { rows } = atOnce(timelineOf(projected.trace));
        expect(rows.map(({ spanId, name, kind, role }) => [spanId, name, kind, role])).toEqual(
          projected.nodes.map(({ span }) => [span.spanId, span.name, span.kind, span.role]),
        );
        expect(rows.map(({ service, status }) => [service, status])).toEqual(
          projected.nodes.map(({ span }) => [span.service, span.status]),
        );
        const { summary } = trace.outline;
        expect(summary.spanCount).toBe(all.length);
        expect(summary.durationNano).toBeGreaterThanOrEqual(0n);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(50);
  });
});
