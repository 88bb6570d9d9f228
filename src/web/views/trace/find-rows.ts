/**
 * Which rows a query means, as far as the outline tells: all its words are in a span's name, service, kind or state, or it is the span's id.
 * Each different name is looked at once, so that 100,000 rows are found in while somebody writes.
 */
import {
  type FindField,
  type FindTerm,
  fieldsOf,
  findTerms,
  isSaidBy,
} from '../../../model/find-terms.ts';
import { KINDS, type Outline, STATUSES, spanIdAt } from '../../data/outline.ts';
import { text } from '../../text/en.ts';

const NO_ROWS = new Int32Array(0);
const SPAN_ID = /^[0-9a-f]{16}$/;

export function findRows(outline: Outline, query: string): Int32Array {
  const terms = findTerms(query);
  // What attributes say the collector knows.
  if (terms.length === 0 || terms.some((term) => fieldsOf(term).length === 0)) return NO_ROWS;
  const { rowCount, names, services, name, service, kind, status } = outline;
  const inNames = terms.map((term) => holding('name', names, term));
  const inServices = terms.map((term) => holding('service', services, term));
  const inKinds = terms.map((term) =>
    holding('kind', KINDS, term, (one) => text.kind[one as keyof typeof text.kind]),
  );
  const inStatuses = terms.map((term) => holding('status', STATUSES, term));
  const id = terms.length === 1 && SPAN_ID.test(terms[0]!.text) ? terms[0]!.text : undefined;
  const found = new Int32Array(rowCount);
  let count = 0;
  for (let row = 0; row < rowCount; row++) {
    let isFound = true;
    for (let term = 0; term < terms.length && isFound; term++) {
      isFound =
        inNames[term]![name[row]!] === 1 ||
        inServices[term]![service[row]!] === 1 ||
        inKinds[term]![kind[row]!] === 1 ||
        inStatuses[term]![status[row]!] === 1;
    }
    if (isFound || (id !== undefined && spanIdAt(outline, row) === id)) found[count++] = row;
  }
  return found.slice(0, count);
}

/** Both, rising. */
export function joinRows(some: Int32Array, others: Int32Array): Int32Array {
  if (others.length === 0) return some;
  if (some.length === 0) return others;
  const all = new Int32Array(some.length + others.length);
  let count = 0;
  for (let a = 0, b = 0; a < some.length || b < others.length; ) {
    const row = Math.min(some[a] ?? Number.MAX_VALUE, others[b] ?? Number.MAX_VALUE);
    if (some[a] === row) a++;
    if (others[b] === row) b++;
    all[count++] = row;
  }
  return all.subarray(0, count);
}

/** By place: 1 where the term is in the text, or in another word for it. */
function holding(
  field: FindField,
  texts: readonly string[],
  term: FindTerm,
  other: (one: string) => string = (one) => one,
): Uint8Array {
  if (!fieldsOf(term).includes(field)) return new Uint8Array(texts.length);
  return Uint8Array.from(texts, (one) =>
    isSaidBy(term, one) || isSaidBy(term, other(one)) ? 1 : 0,
  );
}
