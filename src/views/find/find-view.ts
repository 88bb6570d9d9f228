/** Which rows of a trace say what somebody looks for: see model/find-terms.ts. All spans are looked at; of the rows that match the first are told. */
import { InvalidParameter } from '../../model/errors.ts';
import { type FindTerm, findTerms } from '../../model/find-terms.ts';
import type { TraceId } from '../../model/ids.ts';
import type { TraceFindings } from '../../model/trace-attributes.ts';
import type { Steps } from '../../projection/in-turns.ts';
import type { ProjectedTrace } from '../../projection/project-trace.ts';
import { eachRecord } from '../each-record.ts';
import { RawParams } from '../params/raw-params.ts';
import { showTrace } from '../show-trace.ts';
import type { View } from '../view.ts';
import { PAGE_MAX } from '../view-choices.ts';
import { SpanFinder } from './span-finder.ts';

const TEXT_LENGTH_MAX = 1_024;
const LIMIT_DEFAULT = 10_000;

export interface FindParams {
  readonly traceId: TraceId;
  /** None: nothing is found. */
  readonly terms: readonly FindTerm[];
  readonly limit: number;
}

export const findView: View<FindParams, TraceFindings> = {
  name: 'find',

  parseParams(raw) {
    const params = new RawParams(raw, ['trace_id', 'text', 'limit']);
    const traceId = params.traceId();
    const text = params.text('text') ?? '';
    if (text.length > TEXT_LENGTH_MAX)
      throw new InvalidParameter('text', `expected at most ${TEXT_LENGTH_MAX} characters`);
    const limit = params.integer('limit', 1, PAGE_MAX) ?? LIMIT_DEFAULT;
    return { traceId, terms: findTerms(text), limit };
  },

  async render(reader, { traceId, terms, limit }, signal) {
    return showTrace(reader, traceId, signal, (trace) => findingsOf(trace, terms, limit));
  },
};

function* findingsOf(
  trace: ProjectedTrace,
  terms: readonly FindTerm[],
  limit: number,
): Steps<TraceFindings> {
  const { outline, revision } = trace;
  if (terms.length === 0) return { revision, rows: [], matchCount: 0, spanCount: outline.count };
  const finder = new SpanFinder(terms, outline);
  const found = new Uint8Array(outline.count);
  yield* eachRecord(trace, (row, record) => {
    if (finder.matches(row, record)) found[row] = 1;
  });
  const rows: number[] = [];
  let matchCount = 0;
  for (let row = found.indexOf(1); row >= 0; row = found.indexOf(1, row + 1)) {
    if (matchCount++ < limit) rows.push(row);
  }
  return { revision, rows, matchCount, spanCount: outline.count };
}
