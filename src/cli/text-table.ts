/** Columns for people: the first to the left, numbers to the right; and quantities in units that fit. */
import { printable } from '../telemetry/printable.ts';

const CELL_LENGTH_MAX = 72;
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const NANO_UNITS: readonly (readonly [number, string])[] = [
  [86_400e9, 'd'],
  [3_600e9, 'h'],
  [60e9, 'min'],
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
];

/** Lines, indented by two. */
export function textTable(rows: readonly (readonly string[])[]): string[] {
  const safe = rows.map((row) => row.map((cell) => printable(cell, CELL_LENGTH_MAX)));
  const widths = safe[0]?.map((_, i) => Math.max(...safe.map((row) => row[i]?.length ?? 0))) ?? [];
  return safe.map((row) =>
    `  ${row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]! + 2)))
      .join('')}`.trimEnd(),
  );
}

/** Three digits and a binary unit: `12.3 MiB`. */
export function humanBytes(bytes: number): string {
  let at = 0;
  let value = bytes;
  while (value >= 1_000 && at < BYTE_UNITS.length - 1) {
    value /= 1_024;
    at++;
  }
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toPrecision(3)} ${BYTE_UNITS[at]}`;
}

export function humanCount(count: number): string {
  return (Number.isInteger(count) ? count : Math.round(count * 10) / 10).toLocaleString('en-US');
}

export function humanNano(nanos: number): string {
  const [unit, name] = NANO_UNITS.find(([size]) => nanos >= size) ?? [1, 'ns'];
  const value = nanos / unit;
  return `${value >= 100 || unit === 1 ? Math.round(value) : value.toPrecision(3)} ${name}`;
}

/** `2026-01-02 03:04:05Z` */
export function humanTime(unixNano: bigint): string {
  const iso = new Date(Number(unixNano / 1_000_000n)).toISOString();
  return `${iso.slice(0, 19).replace('T', ' ')}Z`;
}

/** As the API writes it. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, member: unknown) => (typeof member === 'bigint' ? String(member) : member),
    2,
  );
  return `${text}\n`;
}
