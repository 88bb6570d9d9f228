/**
 * The stretch of time that a view is about, as it stands in the URL: `last` before now, or `from` and `to` in nanoseconds since 1970. `last=all`
 * is everything there is.
 */
import { nanosOf } from '../format/time.ts';

export const ALL = 'all';
export const RANGES = ['15m', '1h', '6h', '24h', '7d'] as const;

export interface ChosenRange {
  /** A duration as the API reads it, or ALL. Not beside from and to. */
  readonly last?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Milliseconds since 1970. */
export interface ResolvedRange {
  readonly from: number;
  readonly to: number;
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const NANOS = /^\d{1,19}$/;

/** What cannot be read counts as not given. */
export function chosenRange(params: URLSearchParams, otherwise: string): ChosenRange {
  const [from, to] = [params.get('from'), params.get('to')].map((text) =>
    text !== null && NANOS.test(text) ? text : undefined,
  );
  if (from !== undefined || to !== undefined) {
    return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  }
  const last = params.get('last');
  return { last: last === ALL || lastMillis(last ?? '') !== undefined ? last! : otherwise };
}

/** Milliseconds of `15m`, `24h`, `7d`; undefined where the text is none. */
export function lastMillis(last: string): number | undefined {
  const match = /^(\d{1,4})([mhd])$/.exec(last);
  return match === null ? undefined : Number(match[1]) * UNIT_MS[match[2]!]! || undefined;
}

/** From where to where, in the present. An open beginning is 1970, or `last` before the end. */
export function resolveRange({ last, from, to }: ChosenRange, now: number): ResolvedRange {
  const end = to === undefined ? now : Number(BigInt(to) / 1_000_000n);
  if (from !== undefined) return { from: Number(BigInt(from) / 1_000_000n), to: end };
  return { from: Math.max(0, end - (lastMillis(last ?? '') ?? end)), to: end };
}

const MINUTE_MS = 60_000;

/** Whole minutes, as the statistics are kept. */
export function wholeMinutes({ from, to }: ResolvedRange): ResolvedRange {
  const first = Math.floor(from / MINUTE_MS) * MINUTE_MS;
  return { from: first, to: Math.max(first + MINUTE_MS, Math.ceil(to / MINUTE_MS) * MINUTE_MS) };
}

/** As parameters of the API. */
export function rangeQuery({ last, from, to }: ChosenRange): Record<string, string | undefined> {
  return { last: last === ALL ? undefined : last, from, to };
}

/** As parameters of the URL: what is not part of it is taken away. */
export function rangeParams({ last, from, to }: ChosenRange): Record<string, string | undefined> {
  return { last, from, to };
}

export function rangeBetween({ from, to }: ResolvedRange): ChosenRange {
  return { from: nanosOf(from), to: nanosOf(to) };
}
