/**
 * Sizes and durations as people write them: `10GiB`, `512MB`, `7d`, `500ms`.
 *
 * KiB and its like are powers of 1024, KB and its like powers of 1000. One number and one unit; sums such
 * as 1h30m are not read. Results are whole bytes and whole milliseconds below 2^53, or undefined where
 * the text is no such thing.
 */
const BYTES: ReadonlyMap<string, number> = new Map([
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['tb', 1e12],
  ['kib', 2 ** 10],
  ['mib', 2 ** 20],
  ['gib', 2 ** 30],
  ['tib', 2 ** 40],
]);

const MILLISECONDS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
  ['w', 604_800_000],
]);

const QUANTITY = /^(\d{1,16}(?:\.\d{1,9})?)\s?([a-z]*)$/i;

/** @returns whole bytes; a bare number is bytes */
export function parseBytes(text: string): number | undefined {
  return parseQuantity(text, BYTES, 'b');
}

/** @returns whole milliseconds; a bare number has no meaning and is refused */
export function parseDurationMs(text: string): number | undefined {
  return parseQuantity(text, MILLISECONDS, undefined);
}

/** The largest binary unit that divides it: 10737418240 → `10GiB`. */
export function formatBytes(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const size = BYTES.get(unit.toLowerCase())!;
    if (bytes > 0 && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}B`;
}

/** The largest unit that divides it: 604800000 → `7d` (weeks are read, never written). */
export function formatDurationMs(durationMs: number): string {
  for (const unit of ['d', 'h', 'm', 's']) {
    const size = MILLISECONDS.get(unit)!;
    if (durationMs > 0 && durationMs % size === 0) return `${durationMs / size}${unit}`;
  }
  return `${durationMs}ms`;
}

function parseQuantity(
  text: string,
  units: ReadonlyMap<string, number>,
  unitless: string | undefined,
): number | undefined {
  const match = QUANTITY.exec(text.trim());
  if (!match) return undefined;
  const unit = units.get(match[2]!.toLowerCase() || (unitless ?? ''));
  if (unit === undefined) return undefined;
  const value = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(value) ? value : undefined;
}
