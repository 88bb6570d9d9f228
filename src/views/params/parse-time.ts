/** Moments as people and programs write them: RFC 3339, or whole nanoseconds since the Unix epoch. */

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d:\d\d))?$/;
const UINT64_MAX = 2n ** 64n - 1n;

/**
 * Nanoseconds since the Unix epoch, exact. A date alone is its midnight in UTC. Undefined where the
 * text is none.
 */
export function parseTime(text: string): bigint | undefined {
  if (/^\d{1,20}$/.test(text)) {
    const nanos = BigInt(text);
    return nanos <= UINT64_MAX ? nanos : undefined;
  }
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = ''] = match;
  const zone = (match[8] ?? 'Z').toUpperCase();
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  if (Number.isNaN(ms) || ms < 0 || Number(day) > daysIn(Number(year), Number(month))) {
    return undefined;
  }
  return BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Date.parse turns the 30th of February into a day of March. */
function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
