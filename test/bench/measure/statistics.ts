/** The few statistics that the bench needs. */

/** The value below which this share of them lies, taken from among them; 0 of none. Sorts a copy. */
export function atShare(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

export interface Summary {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Of at least one number. The median of an even count is the mean of the middle two. */
export function summaryOf(numbers: readonly number[]): Summary {
  if (numbers.length === 0) throw new RangeError('no rounds to summarise');
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, low: sorted[0]!, high: sorted.at(-1)! };
}
