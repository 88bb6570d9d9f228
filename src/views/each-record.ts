/**
 * All spans of a trace as they were recorded, in the order in which they lie, for what has to look at every one of them. Holds
 * about ANSWER_BYTES_MAX of them at a time.
 */
import { ROWS_A_STEP, type Steps } from '../projection/in-turns.ts';
import type { ProjectedTrace } from '../projection/project-trace.ts';
import type { SpanRecord } from '../store/contracts/span-record.ts';
import { ANSWER_BYTES_MAX } from './trace-rows.ts';

/** Of spans whose bytes are walked: well below a millisecond. */
const RECORDS_A_STEP: number = ROWS_A_STEP / 16;

/** @throws TraceMoved, on waiting */
export function* eachRecord(
  trace: ProjectedTrace,
  visit: (row: number, record: SpanRecord) => void,
): Steps<void> {
  const { outline } = trace;
  const rowOf = new Int32Array(outline.count);
  for (let row = 0; row < outline.count; row++) rowOf[outline.record[row]!] = row;
  for (let first = 0; first < outline.count; ) {
    const indexes: number[] = [];
    for (let bytes = 0; first < outline.count && bytes < ANSWER_BYTES_MAX; first++) {
      bytes += outline.bytes[rowOf[first]!]!;
      indexes.push(first);
    }
    const records = yield* trace.records(indexes);
    for (let at = 0; at < records.length; at++) {
      visit(rowOf[indexes[at]!]!, records[at]!);
      if (at % RECORDS_A_STEP === 0) yield;
    }
  }
}
