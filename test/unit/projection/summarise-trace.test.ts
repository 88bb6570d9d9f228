import { describe, expect, it } from 'vitest';
import type { TraceId } from '../../../src/model/ids.ts';
import type { TraceSummary } from '../../../src/model/trace-summary.ts';
import { atOnce } from '../../../src/projection/in-turns.ts';
import { scanRecords } from '../../../src/projection/scan-records.ts';
import { summariseColumns } from '../../../src/projection/summarise-trace.ts';
import { traceColumns } from '../../../src/projection/trace-columns.ts';
import type { SpanRecord } from '../../../src/store/contracts/span-record.ts';
import type { RequestSpec } from '../../support/otlp-request.ts';
import { buildTrace, traceOf } from '../../support/trace-records.ts';

/** With times as recorded, as a search has it. */
function summarised(traceId: TraceId, records: readonly SpanRecord[]): TraceSummary {
  const scanned = atOnce(scanRecords(records));
  const columns = atOnce(traceColumns(records, scanned, Int32Array.from(records.keys())));
  return atOnce(summariseColumns(traceId, columns));
}

const ORDER: RequestSpec = {
  resources: [
    {
      service: 'shop',
      spans: [
        { name: 'POST /orders', kind: 'server', durationMs: 120 },
        { name: 'charge', parent: 0, atMs: 10, durationMs: 90, status: 'error' },
      ],
    },
    { service: 'mailer', spans: [{ name: 'send', parent: 0, atMs: 100, durationMs: 40 }] },
  ],
};

describe('a trace in a line', () => {
  it('says what began it, who took part, how long it took and how it went', () => {
    const trace = buildTrace(ORDER);
    expect(summarised(trace.traceId, trace.records)).toEqual({
      traceId: trace.traceId,
      root: { name: 'POST /orders', service: 'shop' },
      services: ['shop', 'mailer'],
      operations: ['POST /orders', 'charge', 'send'],
      startUnixNano: 1_767_323_045_000_000_000n,
      durationNano: 140_000_000n,
      spanCount: 3,
      errorCount: 1,
      runningCount: 0,
      staleCount: 0,
      status: 'Failed',
      inMemoryOnly: false,
      durationByService: [
        { service: 'shop', selfNano: 100_000_000n },
        { service: 'mailer', selfNano: 40_000_000n },
      ],
    });
  });

  it('agrees with the summary of the projected trace where clocks agree', () => {
    const trace = buildTrace({
      service: 'shop',
      spans: [
        { name: 'lost', parent: '00000000000000ff', atMs: 3 },
        { name: 'root', atMs: 4, endUnixNano: 0n },
        { name: 'self', spanId: '00000000000000aa', parent: '00000000000000aa', atMs: 5 },
      ],
      origins: { 0: 'memory' },
    });
    const summary = summarised(trace.traceId, trace.records);
    expect(summary).toEqual(trace.outline.summary);
    expect(summary).toMatchObject({ root: { name: 'lost' }, status: 'Running', runningCount: 1 });
  });

  it('names at most twenty operations, and says when all is in memory', () => {
    const spans = Array.from({ length: 30 }, (_, i) => ({ name: `step ${i}`, atMs: 30 - i }));
    const { traceId, records } = buildTrace({ spans, origins: { 3: 'running' } });
    const inMemory = records.map((record) => ({ ...record, origin: 'memory' as const }));
    const { summary } = traceOf(traceId, inMemory, 500).outline;
    expect(summary.operations).toHaveLength(20);
    expect(summary.operations[0]).toBe('step 29');
    expect(summary).toMatchObject({ inMemoryOnly: true, spanCount: 500 });
  });
});
