/**
 * A trace as JSON, a page at a time: our view of it, or OTLP/JSON. Of each span only its text is kept. Bounds: `limit`
 * spans and ANSWER_BYTES_MAX of their bytes a page, frames counted with every span that they surround.
 */
import { MODEL_VERSION } from '../../model/trace-span.ts';
import { tracesToJson } from '../../otlp/json/protobuf-to-json.ts';
import { writeTraces } from '../../otlp/write-traces.ts';
import { SPANS_A_STEP, type Steps } from '../../projection/in-turns.ts';
import type { ProjectedTrace } from '../../projection/project-trace.ts';
import { spanCountOf } from '../formats/tell-trace.ts';
import type { WrittenTrace } from '../formats/written-trace.ts';
import { writeJson } from '../json.ts';
import { ANSWER_BYTES_MAX, cursorBehind, type RowRange, rowBehind, rowsOf } from '../trace-rows.ts';

export interface JsonPage {
  readonly limit?: number;
  readonly after?: string;
}

const LIMIT_DEFAULT = 10_000;
/** Some ten milliseconds. */
const OTLP_SPANS_A_STEP = 1_000;
const OTLP_HEAD = '{"resourceSpans":[';
const OTLP_FOOT = ']}';

/** Spans in depth-first order, times as recorded; the summary's are adjusted for clocks that disagree. */
export function* syntonPage(
  trace: ProjectedTrace,
  range: RowRange,
  asked: JsonPage,
): Steps<WrittenTrace> {
  const rows = pageOf(trace, range, asked);
  yield* trace.fetch(rowsOf(rows));
  const spans: string[] = [];
  for (let row = rows.first; row < rows.end; row++) {
    spans.push(writeJson(trace.span(row)));
    if (spans.length % SPANS_A_STEP === 0) yield;
  }
  const next = nextOf(trace, range, rows);
  const parts = [
    `"modelVersion":${MODEL_VERSION}`,
    `"trace":${writeJson(trace.outline.summary)}`,
    `"spans":[${spans.join()}]`,
    `"warnings":${writeJson(trace.warnings)}`,
    ...(next === undefined ? [] : [`"next":${writeJson(next)}`]),
  ];
  return writtenPage(trace, range, rows, `{${parts.join()}}`);
}

/** The records themselves, by arrival. */
export function* otlpPage(
  trace: ProjectedTrace,
  range: RowRange,
  asked: JsonPage,
): Steps<WrittenTrace> {
  const rows = pageOf(trace, range, asked);
  yield* trace.fetch(rowsOf(rows));
  const { record } = trace.outline;
  const byArrival = Int32Array.from(rowsOf(rows));
  byArrival.sort((a, b) => record[a]! - record[b]!);
  const pieces: string[] = [];
  for (let at = 0; at < byArrival.length; at += OTLP_SPANS_A_STEP) {
    const spans = Array.from(byArrival.subarray(at, at + OTLP_SPANS_A_STEP), (row) =>
      trace.record(row),
    );
    const json = Buffer.from(tracesToJson(writeTraces(spans))).toString('utf8');
    pieces.push(json.slice(OTLP_HEAD.length, -OTLP_FOOT.length));
    yield;
  }
  const content = `${OTLP_HEAD}${pieces.join()}${OTLP_FOOT}`;
  return writtenPage(trace, range, rows, content);
}

function pageOf(trace: ProjectedTrace, range: RowRange, { limit, after }: JsonPage): RowRange {
  const { outline } = trace;
  const first =
    after === undefined ? range.first : Math.max(range.first, rowBehind(outline, after));
  const endMax = Math.min(range.end, first + (limit ?? LIMIT_DEFAULT));
  let bytes = 0;
  let end = first;
  while (end < endMax && bytes < ANSWER_BYTES_MAX) bytes += outline.bytes[end++]!;
  return { first, end };
}

function nextOf({ outline }: ProjectedTrace, range: RowRange, { first, end }: RowRange) {
  return end < range.end && end > first ? cursorBehind(outline, end - 1) : undefined;
}

function writtenPage(
  trace: ProjectedTrace,
  range: RowRange,
  rows: RowRange,
  content: string,
): WrittenTrace {
  const next = nextOf(trace, range, rows);
  const spanCount = rows.end - rows.first;
  return {
    content,
    spanCount,
    truncated: spanCount < spanCountOf(trace, range),
    ...(next === undefined ? {} : { next }),
  };
}
