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
