import { describe, expect, it } from 'vitest';
import { InvalidParameter } from '../../../src/model/errors.ts';
import type { ExportResponse } from '../../../src/model/export-response.ts';
import { exportView } from '../../../src/views/export/export-view.ts';
import { fillRequest } from '../../support/otlp-request.ts';
import { ORDER } from '../../support/trace-examples.ts';
import { traceReaderOver } from '../../support/trace-reader-over.ts';
import { buildTrace } from '../../support/trace-records.ts';

const never = new AbortController().signal;
const { traceId } = buildTrace(ORDER);

async function exported(raw: Record<string, string> = {}): Promise<ExportResponse> {
  const reader = await traceReaderOver(ORDER);
  return exportView.render(reader, exportView.parseParams({ trace_id: traceId, ...raw }), never);
}

describe('a trace written out', () => {
  it('is our view as JSON by default, spans as they were recorded', async () => {
    const response = await exported();
    expect(response).toMatchObject({
      traceId,
      format: 'json',
      contentType: 'application/json',
      spanCount: 33,
      truncated: false,
    });
    const { trace, spans, warnings } = JSON.parse(response.content);
    expect(trace).toMatchObject({ traceId, spanCount: 33, durationNano: '1500000000' });
    expect(warnings).toEqual(['clock_skew_adjusted']);
    expect(spans).toHaveLength(33);
    const charges = spans.find((span: { name: string }) => span.name === 'POST /charges');
    expect(charges.startUnixNano).toBe(String(1_767_323_045_460_000_000n - 3_600_000_000_000n));
    expect(charges.metadata.resource).toContainEqual({
      key: 'host.name',
      value: { type: 'string', value: 'node-2' },
    });
  });

  it('is the record itself as OTLP/JSON', async () => {
    const response = await exported({ format: 'json', flavor: 'otlp' });
    const { resourceSpans } = JSON.parse(response.content);
    const spans = resourceSpans.flatMap((resource: { scopeSpans: { spans: unknown[] }[] }) =>
      resource.scopeSpans.flatMap((scope) => scope.spans),
    );
    const sent = fillRequest(ORDER).spans;
    expect(response.spanCount).toBe(33);
    expect(
      spans.map(({ spanId, name }: { spanId: string; name: string }) => [spanId, name]).sort(),
    ).toEqual(sent.map(({ spanId, name }) => [spanId, name]).sort());
    expect(spans[0].startTimeUnixNano).toMatch(/^\d{19}$/);
  });

  it('is a Mermaid diagram of the wanted kind', async () => {
    const response = await exported({ format: 'mermaid' });
    expect(response.contentType).toBe('text/vnd.mermaid; charset=utf-8');
    expect(response.content).toMatch(/^sequenceDiagram\n/);
    expect((await exported({ format: 'mermaid', diagram: 'gantt' })).content).toMatch(/^gantt\n/);
  });

  it('is text', async () => {
    const response = await exported({ format: 'text' });
    expect(response.contentType).toBe('text/plain; charset=utf-8');
    expect(response.content).toMatch(/^POST \/orders {2}shop {2}Failed\n/);
  });

  it.each([
    [{ format: 'xml' }, 'format: expected one of json, mermaid, text, got "xml"'],
    [{ format: 'text', flavor: 'otlp' }, 'flavor: expected only with format=json'],
    [{ diagram: 'gantt' }, 'diagram: expected only with format=mermaid'],
  ])('refuses %o', (raw, message) => {
    const given = { trace_id: traceId, ...raw };
    expect(() => exportView.parseParams(given)).toThrow(InvalidParameter);
    expect(() => exportView.parseParams(given)).toThrow(message);
  });
});
