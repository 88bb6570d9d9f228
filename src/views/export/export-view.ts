/**
 * A trace written out for somewhere else: `json` (the projected spans as they were recorded, or with the
 * flavour `otlp` the record itself as OTLP/JSON), `mermaid`, or `text`. Each format states its bound; a
 * trace beyond it is cut, and the answer says so.
 */

import { InvalidParameter } from '../../model/errors.ts';
import type { ExportFormat, ExportResponse } from '../../model/export-response.ts';
import { EXPORT_FORMATS } from '../../model/export-response.ts';
import type { TraceId } from '../../model/ids.ts';
import { MODEL_VERSION } from '../../model/trace-span.ts';
import { tracesToJson } from '../../otlp/json/protobuf-to-json.ts';
import { writeTraces } from '../../otlp/write-traces.ts';
import type { ProjectedTrace } from '../../projection/project-trace.ts';
import { summariseProjected } from '../../projection/summarise-trace.ts';
import type { TraceReader } from '../../store/contracts/trace-reader.ts';
import { DIAGRAMS, type Diagram, traceMermaid } from '../formats/mermaid/trace-mermaid.ts';
import { traceText } from '../formats/text/trace-text.ts';
import type { WrittenTrace } from '../formats/written-trace.ts';
import { writeJson } from '../json.ts';
import { loadRecords, loadTrace } from '../load-trace.ts';
import { RawParams } from '../params/raw-params.ts';
import type { View } from '../view.ts';

export const JSON_FLAVORS = ['synton', 'otlp'] as const;
export type JsonFlavor = (typeof JSON_FLAVORS)[number];

export interface ExportParams {
  readonly traceId: TraceId;
  /** @default json */
  readonly format: ExportFormat;
  /** Of json. @default synton */
  readonly flavor: JsonFlavor;
  /** Of mermaid. @default sequence */
  readonly diagram: Diagram;
}

const CONTENT_TYPES: Readonly<Record<ExportFormat, string>> = {
  json: 'application/json',
  mermaid: 'text/vnd.mermaid; charset=utf-8',
  text: 'text/plain; charset=utf-8',
};

export const exportView: View<ExportParams, ExportResponse> = {
  name: 'export',

  parseParams(raw) {
    const params = new RawParams(raw, ['trace_id', 'format', 'flavor', 'diagram']);
    const traceId = params.traceId();
    const format = params.choice('format', EXPORT_FORMATS) ?? 'json';
    const flavor = params.choice('flavor', JSON_FLAVORS);
    const diagram = params.choice('diagram', DIAGRAMS);
    if (flavor !== undefined && format !== 'json') {
      throw new InvalidParameter('flavor', 'expected only with format=json');
    }
    if (diagram !== undefined && format !== 'mermaid') {
      throw new InvalidParameter('diagram', 'expected only with format=mermaid');
    }
    return { traceId, format, flavor: flavor ?? 'synton', diagram: diagram ?? 'sequence' };
  },

  async render(reader, params, signal) {
    const written =
      params.format === 'json' && params.flavor === 'otlp'
        ? await otlpJson(reader, params.traceId, signal)
        : writeAs(await loadTrace(reader, params.traceId, signal), params);
    return {
      traceId: params.traceId,
      format: params.format,
      contentType: CONTENT_TYPES[params.format],
      ...written,
    };
  },
};

function writeAs(trace: ProjectedTrace, { format, diagram }: ExportParams): WrittenTrace {
  switch (format) {
    case 'mermaid':
      return traceMermaid(trace, diagram);
    case 'text':
      return traceText(trace);
    case 'json':
      return syntonJson(trace);
  }
}

/** Spans in depth-first order, times as recorded; the summary's are adjusted for clocks that disagree. */
function syntonJson(trace: ProjectedTrace): WrittenTrace {
  const spans = trace.nodes.map(({ span }) => span);
  const whole = {
    modelVersion: MODEL_VERSION,
    trace: summariseProjected(trace),
    spans,
    warnings: trace.warnings,
  };
  return {
    content: writeJson(whole),
    spanCount: spans.length,
    truncated: spans.length < trace.spanCount,
  };
}

async function otlpJson(
  reader: TraceReader,
  traceId: TraceId,
  signal: AbortSignal,
): Promise<WrittenTrace> {
  const { records, spanCount } = await loadRecords(reader, traceId, signal);
  const json = tracesToJson(writeTraces(records));
  return {
    content: Buffer.from(json.buffer, json.byteOffset, json.length).toString('utf8'),
    spanCount: records.length,
    truncated: records.length < spanCount,
  };
}
