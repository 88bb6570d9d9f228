/** Nanoseconds for people: three significant digits and a unit, `1.23 ms`, `410 ms`, `2.50 h`. */

const UNITS: readonly (readonly [nanos: number, name: string])[] = [
  [1, 'ns'],
  [1e3, 'µs'],
  [1e6, 'ms'],
  [1e9, 's'],
  [60e9, 'min'],
  [3600e9, 'h'],
  [86_400e9, 'd'],
];

export function formatDuration(nanos: bigint): string {
  if (nanos < 0n) return `-${formatDuration(-nanos)}`;
  if (nanos < 1000n) return `${nanos} ns`;
  const value = Number(nanos);
  let at = UNITS.findLastIndex(([unit]) => value >= unit);
  // 999.96 µs is 1.00 ms: what is rounded up to the next unit is written in it.
  const next = UNITS[at + 1];
  if (next && Number((value / UNITS[at]![0]).toPrecision(3)) * UNITS[at]![0] >= next[0]) at++;
  const [unit, name] = UNITS[at]!;
  const scaled = Math.max(value / unit, 1);
  return `${scaled < 1000 ? scaled.toPrecision(3) : Math.round(scaled)} ${name}`;
}

/** As an offset from a start: `+12.0 ms`, `-3.00 µs`. */
export function formatOffset(nanos: bigint): string {
  return nanos < 0n ? formatDuration(nanos) : `+${formatDuration(nanos)}`;
}
