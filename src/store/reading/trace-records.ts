/**
 * The spans of one trace from every place that holds some: scanned, and brought to one a span. Answers whether a
 * filter matches, and sums the trace up. Keeps nothing but the records and their rows: as large as the trace is.
 */
import type { TraceId } from '../../model/ids.ts';
import type { TraceSummary } from '../../model/trace-summary.ts';
import { SpanScanner } from '../../otlp/scan-traces.ts';
import { RESOURCE, STRIDE } from '../../otlp/span-columns.ts';
import { ProtobufWriter } from '../../otlp/wire/protobuf-writer.ts';
import { ROWS_A_STEP, type Steps } from '../../projection/in-turns.ts';
import { type ScannedRecords, scanRecords } from '../../projection/scan-records.ts';
import { summariseColumns } from '../../projection/summarise-trace.ts';
import { type TraceColumns, traceColumns } from '../../projection/trace-columns.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import { type MergedRecords, mergeRecords } from './merge-records.ts';
import { shownAttributes } from './shown-attributes.ts';
import { NO_MATCH, type SpanMatcher } from './span-matcher.ts';

export class TraceRecords {
  readonly #records: readonly SpanRecord[];
  readonly #scanned: ScannedRecords;
  readonly merged: MergedRecords;

  /** Of one trace, in any order, duplicates included. */
  static *read(records: readonly SpanRecord[]): Steps<TraceRecords> {
    const scanned = yield* scanRecords(records);
    return new TraceRecords(records, scanned, yield* mergeRecords(records, scanned));
  }

  private constructor(
    records: readonly SpanRecord[],
    scanned: ScannedRecords,
    merged: MergedRecords,
  ) {
    this.#records = records;
    this.#scanned = scanned;
    this.merged = merged;
  }

  /** Whether some copy of a span matches that arrived in [from, to]. */
  *hasMatchArrived(matcher: SpanMatcher, from: number, to: number): Steps<boolean> {
    const matches = this.#matches(matcher);
    for (const [row, { arrival }] of this.#records.entries()) {
      if (arrival >= from && arrival <= to && matches(row)) return true;
      if (row % ROWS_A_STEP === 0) yield;
    }
    return false;
  }

  /** Whether one of the spans that remain after merging matches. */
  *hasMatch(matcher: SpanMatcher): Steps<boolean> {
    const matches = this.#matches(matcher);
    let done = 0;
    for (const row of this.merged.rowOf) {
      if (matches(row)) return true;
      if (++done % ROWS_A_STEP === 0) yield;
    }
    return false;
  }

  /** Of the spans that remain after merging. */
  columns(): Steps<TraceColumns> {
    const { records, rowOf } = this.merged;
    return traceColumns(records, this.#scanned, rowOf);
  }

  /** One line, with times as recorded; `shown` are keys of attributes that it tells. */
  *summary(traceId: TraceId, shown: readonly string[] = []): Steps<TraceSummary> {
    const columns = yield* this.columns();
    const summary = yield* summariseColumns(traceId, columns);
    if (shown.length === 0) return summary;
    const attributes = yield* shownAttributes(this.merged.records, columns, shown);
    return { ...summary, attributes };
  }

  /** Judges rows, each of their resources once. */
  #matches(matcher: SpanMatcher): (row: number) => boolean {
    const { rows, resource, resources } = this.#scanned;
    const verdicts = resources.map((frame) => verdictOn(matcher, frame));
    return (row) => {
      const verdict = verdicts[resource[row]!]!;
      return (
        verdict !== NO_MATCH && matcher.span(this.#records[row]!.span, rows, row * STRIDE, verdict)
      );
    };
  }
}

/** A frame is a ResourceSpans without its spans, which a scanner takes. */
function verdictOn(matcher: SpanMatcher, frame: Uint8Array): number {
  const writer = new ProtobufWriter(frame.length + 16);
  writer.view(1, frame);
  const bytes = writer.take();
  const scanner = new SpanScanner();
  scanner.scan(bytes);
  const { resources } = scanner;
  return matcher.resource(
    bytes,
    resources[RESOURCE.serviceOffset]!,
    resources[RESOURCE.serviceLength]!,
    () => frame,
  );
}
