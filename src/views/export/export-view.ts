/**
 * A trace, or a sub-tree of it, written out for somewhere else: `json` (the projected spans as they were recorded,
 * or with the flavour `otlp` the record itself as OTLP/JSON), `mermaid`, or `text`. JSON comes in pages. Each format
 * states its bound; a trace beyond it is cut, and the answer says so.
 */
import { InvalidParameter } from '../../model/errors.ts';
import type { ExportFormat, ExportResponse } from '../../model/export-response.ts';
import { EXPORT_FORMATS } from '../../model/export-response.ts';
import type { SpanId, TraceId } from '../../model/ids.ts';
import type { Steps } from '../../projection/in-turns.ts';
import type { ProjectedTrace } from '../../projection/project-trace.ts';
import { SPANS_MAX as DIAGRAM_SPANS_MAX, traceMermaid } from '../formats/mermaid/trace-mermaid.ts';
import { tellable } from '../formats/tell-trace.ts';
import { SPANS_MAX as TEXT_SPANS_MAX, traceText } from '../formats/text/trace-text.ts';
import type { WrittenTrace } from '../formats/written-trace.ts';
import { RawParams } from '../params/raw-params.ts';
import { showTrace } from '../show-trace.ts';
import { rangeOf } from '../trace-rows.ts';
import type { View } from '../view.ts';
import {
  DIAGRAMS,
  type Diagram,
  JSON_FLAVORS,
  type JsonFlavor,
  PAGE_MAX,
} from '../view-choices.ts';
import { otlpPage, syntonPage } from './json-pages.ts';

export interface ExportParams {
  readonly traceId: TraceId;
  /** @default json */
  readonly format: ExportFormat;
  /** Of json. @default synton */
  readonly flavor: JsonFlavor;
  /** Of mermaid. @default sequence */
  readonly diagram: Diagram;
  /** This span and all below it. */
  readonly subtree?: SpanId;
  /** Of json: spans a page. @default 10,000, at most 100,000 */
  readonly limit?: number;
  /** Of json: from ExportResponse.next. */
  readonly after?: string;
}

const CONTENT_TYPES: Readonly<Record<ExportFormat, string>> = {
  json: 'application/json',
  mermaid: 'text/vnd.mermaid; charset=utf-8',
  text: 'text/plain; charset=utf-8',
};

export const exportView: View<ExportParams, ExportResponse> = {
  name: 'export',

  parseParams(raw) {
    const params = new RawParams(raw, [
      ...['trace_id', 'format', 'flavor', 'diagram', 'subtree', 'limit', 'after'],
    ]);
    const traceId = params.traceId();
    const format = params.choice('format', EXPORT_FORMATS) ?? 'json';
    const flavor = params.choice('flavor', JSON_FLAVORS);
    const diagram = params.choice('diagram', DIAGRAMS);
    const subtree = params.spanId('subtree');
    const limit = params.integer('limit', 1, PAGE_MAX);
    const after = params.text('after');
    if (format !== 'json') {
      for (const [name, given] of Object.entries({ flavor, limit, after })) {
        if (given !== undefined) throw new InvalidParameter(name, 'expected only with format=json');
      }
    }
    if (diagram !== undefined && format !== 'mermaid') {
      throw new InvalidParameter('diagram', 'expected only with format=mermaid');
    }
    return {
      traceId,
      format,
      flavor: flavor ?? 'synton',
      diagram: diagram ?? 'sequence',
      ...(subtree === undefined ? {} : { subtree }),
      ...(limit === undefined ? {} : { limit }),
      ...(after === undefined ? {} : { after }),
    };
  },

  async render(reader, params, signal) {
    const written = await showTrace(reader, params.traceId, signal, (trace) =>
      write(trace, params),
    );
    return {
      traceId: params.traceId,
      format: params.format,
      contentType: CONTENT_TYPES[params.format],
      ...written,
    };
  },
};

function* write(trace: ProjectedTrace, params: ExportParams): Steps<WrittenTrace> {
  const range = rangeOf(trace.outline, params.subtree);
  switch (params.format) {
    case 'mermaid':
      return traceMermaid(yield* tellable(trace, range, DIAGRAM_SPANS_MAX), params.diagram);
    case 'text':
      return traceText(yield* tellable(trace, range, TEXT_SPANS_MAX));
    case 'json':
      return yield* (params.flavor === 'otlp' ? otlpPage : syntonPage)(trace, range, params);
  }
}
