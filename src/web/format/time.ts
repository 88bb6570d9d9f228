/** Points in time, given in nanoseconds since 1970 as decimal text or in milliseconds, in the reader's own zone. */
import { text } from '../text/en.ts';

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const zone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' });

export function millisOf(unixNano: string): number {
  return Number(BigInt(unixNano) / 1_000_000n);
}

export function nanosOf(millis: number): string {
  return `${BigInt(Math.round(millis)) * 1_000_000n}`;
}

/** `14:03:09`, with its day where it is another. */
export function formatClock(millis: number, now = Date.now()): string {
  const at = new Date(millis);
  const isToday = at.toDateString() === new Date(now).toDateString();
  return isToday ? clock.format(at) : `${day.format(at)} ${clock.format(at)}`;
}

/** `23 Nov 2026 14:03:09.123456789 CET`: all that is known, for a title that is hovered. */
export function formatExactTime(unixNano: string): string {
  const at = new Date(millisOf(unixNano));
  const fraction = unixNano.padStart(10, '0').slice(-9);
  const name = zone.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return `${day.format(at)} ${at.getFullYear()} ${clock.format(at)}.${fraction} ${name}`;
}

const STEPS: readonly (readonly [millis: number, name: string])[] = [
  ...([
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ] as const),
];

/** `12 s ago`. */
export function formatAgo(millis: number, now: number): string {
  const age = formatAge(millis, now);
  return age === undefined ? text.time.justNow : text.time.ago(age);
}

/** `12 s`; undefined below a second. */
export function formatAge(millis: number, now: number): string | undefined {
  const passed = now - millis;
  const step = STEPS.find(([unit]) => passed >= unit);
  return step && `${Math.floor(passed / step[0])} ${step[1]}`;
}
