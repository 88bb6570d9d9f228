/**
 * What the filter of the table means: words as the page's find box takes them, and comparisons of figures, `duration>10ms self>=1s errors>0`.
 * All of them have to hold.
 */
import type { Outline } from '../../../../data/outline.ts';
import { findRows } from '../../find-rows.ts';
import { type SpanColumn, spanFigures } from './table-rows.ts';

interface Comparison {
  readonly column: SpanColumn;
  readonly operator: string;
  readonly figure: number;
}

export interface RowFilter {
  readonly words: string;
  readonly comparisons: readonly Comparison[];
}

const TIMES = ['start', 'duration', 'self'] as const;
const COUNTS = ['children', 'errors'] as const;
const COMPARISON = /^(start|duration|self|children|errors)(>=|<=|>|<)(\d+(?:\.\d+)?)([a-zµ]*)$/i;
/** Nanoseconds. */
const UNITS: Readonly<Record<string, number>> = {
  ...{ ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, min: 60e9, h: 3_600e9 },
};

/** What looks like a comparison and is none is a word. */
export function rowFilter(text: string): RowFilter {
  const words: string[] = [];
  const comparisons: Comparison[] = [];
  for (const term of text.split(/\s+/)) {
    const compared = comparisonOf(term);
    if (compared === undefined) words.push(term);
    else comparisons.push(compared);
  }
  return { words: words.join(' ').trim(), comparisons };
}

function comparisonOf(term: string): Comparison | undefined {
  const [, name = '', operator = '', digits = '', unit = ''] = COMPARISON.exec(term) ?? [];
  const time = TIMES.find((one) => one === name.toLowerCase());
  const count = COUNTS.find((one) => one === name.toLowerCase());
  const scale = UNITS[unit.toLowerCase()];
  if (time !== undefined && scale !== undefined)
    return { column: time, operator, figure: Number(digits) * scale };
  if (count !== undefined && unit === '')
    return { column: count, operator, figure: Number(digits) };
  return undefined;
}

/** Rising. */
export function filteredRows(
  outline: Outline,
  text: string,
  { first, end }: { readonly first: number; readonly end: number },
): Int32Array {
  const { words, comparisons } = rowFilter(text);
  const rows =
    words === ''
      ? Int32Array.from({ length: end - first }, (_, at) => first + at)
      : findRows(outline, words).filter((row) => row >= first && row < end);
  return comparisons.reduce((some, { column, operator, figure }) => {
    const figures = spanFigures(outline, column);
    return some.filter((row) => holds(figures[row]!, operator, figure));
  }, rows);
}

function holds(one: number, operator: string, other: number): boolean {
  if (operator === '>') return one > other;
  if (operator === '<') return one < other;
  return operator === '>=' ? one >= other : one <= other;
}
