/**
 * Which rows a query means: all its words are in a span's name, service, kind or state, or it is the span's id. Each different name is looked at
 * once, so that 100,000 rows are found in while somebody writes.
 */
import { KINDS, type Outline, STATUSES, spanIdAt } from '../../data/outline.ts';
import { text } from '../../text/en.ts';

const NO_ROWS = new Int32Array(0);
const SPAN_ID = /^[0-9a-f]{16}$/;

export function findRows(outline: Outline, query: string): Int32Array {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return NO_ROWS;
  const { rowCount, names, services, name, service, kind, status } = outline;
  const inNames = words.map((word) => holding(names, word));
  const inServices = words.map((word) => holding(services, word));
  const inKinds = words.map((word) =>
    holding(
      KINDS.map((one) => `${one} ${text.kind[one]}`),
      word,
    ),
  );
  const inStatuses = words.map((word) => holding(STATUSES, word));
  const id = words.length === 1 && SPAN_ID.test(words[0]!) ? words[0]! : undefined;
  const found = new Int32Array(rowCount);
  let count = 0;
  for (let row = 0; row < rowCount; row++) {
    let isFound = true;
    for (let word = 0; word < words.length && isFound; word++) {
      isFound =
        inNames[word]![name[row]!] === 1 ||
        inServices[word]![service[row]!] === 1 ||
        inKinds[word]![kind[row]!] === 1 ||
        inStatuses[word]![status[row]!] === 1;
    }
    if (isFound || (id !== undefined && spanIdAt(outline, row) === id)) found[count++] = row;
  }
  return found.slice(0, count);
}

/** By place: 1 where the word is in the text. */
function holding(texts: readonly string[], word: string): Uint8Array {
  return Uint8Array.from(texts, (one) => (one.toLowerCase().includes(word) ? 1 : 0));
}
