/** Verdicts on what was reached outside of the program. */
import { label } from '../views/formats/clean-text.ts';
import { type Allows, allowedFiles, allowedHosts, allowedTables } from './allowed-places.ts';
import type { RecordedRun } from './recorded-run.ts';
import type { RecordedSpan } from './recorded-span.ts';
import { touchedFiles, touchedHosts, touchedTables } from './touched.ts';
import type { Verdict } from './verdict.ts';

const PLACES_MAX = 8;
const PLACE_MAX = 200;

type Judge = (run: RecordedRun, allowed: readonly string[]) => Verdict;

export const judgeHosts: Judge = judge('host', touchedHosts, allowedHosts);
export const judgeFiles: Judge = judge('file', touchedFiles, allowedFiles);
export const judgeTables: Judge = judge('table', touchedTables, allowedTables);

function judge(
  what: string,
  touched: (span: RecordedSpan) => readonly string[],
  allows: (allowed: readonly string[]) => Allows,
): Judge {
  return (run, allowed) => {
    if (!Array.isArray(allowed) || allowed.some((one) => typeof one !== 'string')) {
      throw new TypeError(`expected a list of ${what}s`);
    }
    const fits = allows(allowed);
    const others = new Set<string>();
    const marked = run.spans.filter((span) => {
      const outside = touched(span).filter((place) => !fits(place));
      for (const place of outside) others.add(place);
      return outside.length > 0;
    });
    const only = allowed.length === 0 ? `no ${what}` : `only the ${what}s ${listed(allowed)}`;
    return {
      pass: others.size === 0,
      expected: `to touch ${only}`,
      fact: others.size === 0 ? 'it did so' : `it touched ${listed([...others])}`,
      marked,
    };
  };
}

function listed(places: readonly string[]): string {
  const shown = places.slice(0, PLACES_MAX).map((place) => label(place, PLACE_MAX));
  const more = places.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
