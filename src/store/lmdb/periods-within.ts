/** Which of a partition's periods add up to a range: the longest that lie whole in it, and nothing twice. */

export interface Period {
  /** Minutes it lasts: 1, 60 or 1,440. */
  readonly unit: number;
  /** The first of its minutes since 1970; a multiple of the unit. */
  readonly minute: number;
}

/** Of periods of at most `unitMax` minutes. A long one stands for all shorter ones within it. */
export function periodsWithin<Entry extends Period>(
  entries: readonly Entry[],
  from: number,
  to: number,
  unitMax: number,
): Entry[] {
  const inside = entries
    .filter(({ unit, minute }) => unit <= unitMax && minute >= from && minute + unit <= to)
    .sort((a, b) => a.minute - b.minute || b.unit - a.unit);
  const chosen: Entry[] = [];
  let covered = Number.NEGATIVE_INFINITY;
  for (const entry of inside) {
    if (entry.minute < covered) continue;
    chosen.push(entry);
    covered = entry.minute + entry.unit;
  }
  return chosen;
}
