/** Points in time, given in nanoseconds since 1970 as decimal text or in milliseconds, in the reader's own zone. */
import { text } from '../text/en.ts';

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayOfYear = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const zone = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' });

export function millisOf(unixNano: string): number {
  return Number(BigInt(unixNano) / 1_000_000n);
}

export function nanosOf(millis: number): string {
  return `${BigInt(Math.round(millis)) * 1_000_000n}`;
}

/** `14:03:09`, with its day where it is another, and its year where that is. */
export function formatClock(millis: number, now = Date.now()): string {
  const at = new Date(millis);
  const present = new Date(now);
  if (at.toDateString() === present.toDateString()) return clock.format(at);
  const isThisYear = at.getFullYear() === present.getFullYear();
  return `${(isThisYear ? day : dayOfYear).format(at)} ${clock.format(at)}`;
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

/** Clocks differ by seconds; one that is further ahead is told. */
const AHEAD_MS = 60_000;

/** `12 s ago`, `in 5 min`. */
export function formatAgo(millis: number, now: number): string {
  const age = formatAge(millis, now);
  if (age === undefined) return text.time.justNow;
  return millis > now ? age : text.time.ago(age);
}

/** `12 s`, `in 5 min`; undefined below a second, and up to a minute ahead. */
export function formatAge(millis: number, now: number): string | undefined {
  const passed = now - millis;
  if (passed <= -AHEAD_MS) return text.time.ahead(inSteps(-passed)!);
  return inSteps(passed);
}

function inSteps(passed: number): string | undefined {
  const step = STEPS.find(([unit]) => passed >= unit);
  return step && `${Math.floor(passed / step[0])} ${step[1]}`;
}
