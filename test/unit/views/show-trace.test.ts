import { describe, expect, it } from 'vitest';
import { TraceNotFound } from '../../../src/model/errors.ts';
import type { ProjectedTrace } from '../../../src/projection/project-trace.ts';
import type { TraceReader } from '../../../src/store/contracts/trace-reader.ts';
import { createTraceReader } from '../../../src/store/reading/create-trace-reader.ts';
import { showTrace } from '../../../src/views/show-trace.ts';
import { LocalRenderer } from '../../support/local-renderer.ts';
import { buildRequest } from '../../support/otlp-request.ts';
import { traceReaderOver } from '../../support/trace-reader-over.ts';
import { buildTrace } from '../../support/trace-records.ts';

const never = new AbortController().signal;
const SPEC = { spans: [{ durationMs: 50 }, ...Array(8).fill({ parent: 0 })] };
const { traceId } = buildTrace(SPEC);

describe('a trace is shown', () => {
  it('with all its spans', async () => {
    const trace = await shown(await traceReaderOver(SPEC));
    expect(trace.outline.count).toBe(9);
    expect(trace.spanCount).toBe(9);
    expect(trace.warnings).toEqual([]);
  });

  it('or the first of them to arrive, and says so', async () => {
    const { store } = await receiving(SPEC);
    const reader = createTraceReader({
      sources: [store],
      statistics: store.statistics,
      storage: () => store.storage(),
      spansMax: 4,
    });
    const trace = await shown(reader);
    expect(trace.outline.count).toBe(4);
    expect(trace.spanCount).toBe(9);
    expect(trace.outline.summary.spanCount).toBe(9);
    expect([0, 1, 2, 3].map((row) => trace.record(row).arrival).sort()).toEqual([1, 2, 3, 4]);
    expect(trace.warnings).toEqual(['spans_beyond_limit']);
  });

  it('or not found', async () => {
    const reader = await traceReaderOver();
    await expect(shown(reader)).rejects.toThrow(TraceNotFound);
  });
});

/** What a view is given. */
function shown(reader: TraceReader): Promise<ProjectedTrace> {
  return showTrace(reader, traceId, never, function* (trace) {
    yield* trace.fetch(Array.from({ length: trace.outline.count }).keys());
    return trace;
  });
}

async function receiving(spec: typeof SPEC): Promise<LocalRenderer> {
  const renderer = new LocalRenderer();
  await renderer.receive(buildRequest(spec));
  return renderer;
}
