import { describe, expect, it } from 'vitest';
import { TraceNotFound } from '../../../src/model/errors.ts';
import type { TraceReader } from '../../../src/store/contracts/trace-reader.ts';
import { loadTrace, SPANS_MAX } from '../../../src/views/load-trace.ts';
import { traceReaderOver } from '../../support/trace-reader-over.ts';
import { buildTrace } from '../../support/trace-records.ts';

const never = new AbortController().signal;
const whole = buildTrace({ spans: [{ durationMs: 50 }, ...Array(8).fill({ parent: 0 })] });

/** The real reader, but giving at most `pageMax` spans at once and claiming `spanCount`. */
async function paging(pageMax: number, spanCount?: number): Promise<TraceReader> {
  const reader = await traceReaderOver({
    spans: [{ durationMs: 50 }, ...Array(8).fill({ parent: 0 })],
  });
  return {
    ...reader,
    async trace(traceId, options) {
      const limit = Math.min(pageMax, options?.page?.limit ?? SPANS_MAX);
      const trace = await reader.trace(traceId, { page: { ...options?.page, limit } });
      return trace && { ...trace, spanCount: spanCount ?? trace.spanCount };
    },
  };
}

describe('a trace is loaded whole', () => {
  it('from as many pages as it takes', async () => {
    const trace = await loadTrace(await paging(2), whole.traceId, never);
    expect(trace.nodes).toHaveLength(9);
    expect(trace.warnings).toEqual([]);
  });

  it('and says so when it is not', async () => {
    const trace = await loadTrace(await paging(100, 1_000_000), whole.traceId, never);
    expect(trace.spanCount).toBe(1_000_000);
    expect(trace.warnings).toEqual(['spans_beyond_limit']);
  });

  it('or not found', async () => {
    const reader = await traceReaderOver();
    await expect(loadTrace(reader, whole.traceId, never)).rejects.toThrow(TraceNotFound);
  });
});
