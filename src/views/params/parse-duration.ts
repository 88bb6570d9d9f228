/** Durations as people write them: `200ms`, `1.5s`, `3us`, `7d`. */

const UNIT_NANO: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  min: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
};

/** Nanoseconds, exact; a part below one nanosecond is cut off. Undefined where the text is none. */
export function parseDuration(text: string): bigint | undefined {
  const match = /^(\d{1,15})(?:\.(\d{1,12}))?\s?([a-zµμ]+)$/.exec(text.trim());
  if (!match) return undefined;
  const [, whole, fraction = '', unit] = match;
  const nanos = UNIT_NANO[unit!];
  if (nanos === undefined) return undefined;
  const scale = 10n ** BigInt(fraction.length);
  return (BigInt(whole! + fraction) * nanos) / scale;
}
