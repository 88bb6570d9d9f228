/** Nanoseconds for people: three significant digits and a unit, as `1.23 ms`; a number is exact up to 104 days. */
const UNITS: readonly (readonly [nanos: number, name: string])[] = [
  ...([
    [1, 'ns'],
    [1e3, 'µs'],
    [1e6, 'ms'],
    [1e9, 's'],
  ] as const),
  ...([
    [60e9, 'min'],
    [3600e9, 'h'],
    [86_400e9, 'd'],
  ] as const),
];

export function formatDuration(nanos: number | string): string {
  const value = Number(nanos);
  if (!Number.isFinite(value)) return '–';
  if (value < 0) return `−${formatDuration(-value)}`;
  if (value < 1000) return `${Math.round(value)} ns`;
  let at = UNITS.findLastIndex(([unit]) => value >= unit);
  // 999.96 µs is 1.00 ms: what is rounded up to the next unit is written in it.
  const next = UNITS[at + 1];
  if (next && Number((value / UNITS[at]![0]).toPrecision(3)) * UNITS[at]![0] >= next[0]) at++;
  const [unit, name] = UNITS[at]!;
  const scaled = Math.max(value / unit, 1);
  return `${scaled < 1000 ? scaled.toPrecision(3) : Math.round(scaled)} ${name}`;
}

/**
 * As a parameter of a search: whole microseconds from a millisecond on, so that a link can be read. Four digits, and which way the rest goes: a
 * bound is rounded away from what it is to hold.
 */
export function searchDuration(
  nanos: number,
  towards: 'nearest' | 'less' | 'more' = 'nearest',
): string {
  if (nanos < 1e3) return `${ROUND[towards](nanos)}ns`;
  const [unit, name] = SEARCH_UNITS.find(([unit]) => nanos >= unit)!;
  const digit = 10 ** (Math.floor(Math.log10(nanos / unit)) - 3);
  return `${Number((ROUND[towards](nanos / unit / digit) * digit).toPrecision(4))}${name}`;
}

/** What is a whole number but for its last bits stays that. */
const BITS = 1e-9;
const ROUND = {
  nearest: Math.round,
  less: (value: number) => Math.floor(value + BITS),
  more: (value: number) => Math.ceil(value - BITS),
} as const;
const SEARCH_UNITS = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'us'],
] as const;

/** From a start: `+12.0 ms`. */
export function formatOffset(nanos: number | string): string {
  const value = Number(nanos);
  return value < 0 ? formatDuration(value) : `+${formatDuration(value)}`;
}

/** Every digit: `1 234 567 ns`, for a title that is hovered. */
export function formatExact(nanos: number | string): string {
  return `${groupDigits(String(nanos))} ns`;
}

/** Narrow spaces between thousands: nothing that a decimal point could be taken for. */
export function groupDigits(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, '\u202f');
}
