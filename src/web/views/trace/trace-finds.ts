/** What is found in a trace: at once what the outline tells, and when it has answered what the collector knows of attributes and events. */
import { computed, type ReadonlySignal } from '@preact/signals';
import { findTerms } from '../../../model/find-terms.ts';
import type { TraceFindings } from '../../../model/trace-attributes.ts';
import { askFindings } from './ask-attributes.ts';
import { carryColumns } from './carry-folds.ts';
import { findRows, joinRows } from './find-rows.ts';
import { InStep } from './in-step.ts';
import type { TraceSource } from './trace-source.ts';

const NO_ROWS = new Int32Array(0);
/** Whoever writes has paused. */
const REST_MS = 200;

export class TraceFinds {
  /** Rows that match, rising; empty without a query. */
  readonly rows: ReadonlySignal<Int32Array>;
  /** Whether the collector is still to tell more. */
  readonly isAsking: ReadonlySignal<boolean>;
  /** Rows that match but are too many to be told. */
  readonly beyond: ReadonlySignal<number>;
  /** Why attributes could not be looked at. */
  readonly error: ReadonlySignal<Error | undefined>;
  readonly #told: InStep<TraceFindings>;

  constructor(source: TraceSource, query: ReadonlySignal<string>) {
    const question = computed(() =>
      findTerms(query.value).length === 0 ? undefined : query.value,
    );
    this.#told = new InStep(
      source,
      question,
      (text, given) => askFindings(source.traceId, text, given),
      REST_MS,
    );
    const told = computed(() => {
      const outline = source.outline.value;
      const { value } = this.#told.told;
      if (outline === undefined || value === undefined) return NO_ROWS;
      if (value.outline === outline) return Int32Array.from(value.answer.rows);
      const marks = new Uint8Array(value.outline.rowCount);
      for (const row of value.answer.rows) marks[row] = 1;
      const [carried] = carryColumns([marks], value.outline, outline);
      return rowsOf(carried!);
    });
    this.rows = computed(() => {
      const outline = source.outline.value;
      return outline === undefined ? NO_ROWS : joinRows(findRows(outline, query.value), told.value);
    });
    this.isAsking = this.#told.isAsking;
    this.error = this.#told.error;
    this.beyond = computed(() => {
      const { value } = this.#told.told;
      return value === undefined ? 0 : value.answer.matchCount - value.answer.rows.length;
    });
  }

  /** Ends with the function that is returned. */
  follow(): () => void {
    return this.#told.follow();
  }
}

function rowsOf(marks: Uint8Array): Int32Array {
  const rows: number[] = [];
  for (let row = marks.indexOf(1); row >= 0; row = marks.indexOf(1, row + 1)) rows.push(row);
  return Int32Array.from(rows);
}
