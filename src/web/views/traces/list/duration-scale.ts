/**
 * The list's own scale of durations. By logarithm, unless asked otherwise: a list has 80 µs beside 4 minutes, and on a linear scale all but
 * the slowest are a dot. The scale begins and ends at round values, so that bars stand still while rows come and go.
 */
export type ScaleKind = 'log' | 'linear';

export interface DurationScale {
  readonly kind: ScaleKind;
  /** From 0 to 1 of the width. */
  place(nanos: number): number;
  /** The other way round. */
  nanosAt(place: number): number;
  /** Round values and where they are. */
  readonly ticks: readonly { readonly nanos: number; readonly at: number }[];
}

/** Round steps of time, as nobody reads 2000 s. */
const ROUND = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * 1e3),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * 1e6),
  ...[1, 2, 5, 10, 20, 30].map((count) => count * 1e9),
  ...[1, 2, 5, 10, 20, 30].map((count) => count * 60e9),
  ...[1, 2, 4, 6, 12].map((count) => count * 3600e9),
  ...[1, 2, 5, 10, 20, 50, 100].map((count) => count * 86_400e9),
];
const DECADE_LEAST = 1e3;
/** Ticks may come a little nearer than if they were evenly set: decades are not. */
const NEAREST = 0.8;
/** About ten times the one before. */
const DECADES = [
  ...[1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10],
  ...[60e9, 600e9, 3600e9, 36_000e9, 4 * 86_400e9, 40 * 86_400e9],
];

/** Of durations in nanoseconds; those that are 0 or less count for nothing. */
export function durationScale(
  durations: readonly number[],
  kind: ScaleKind,
  ticksMax: number,
): DurationScale {
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  for (const nanos of durations) {
    if (nanos <= 0) continue;
    if (nanos < least) least = nanos;
    if (nanos > most) most = nanos;
  }
  if (most === 0) [least, most] = [1e6, 1e6];
  return kind === 'log' ? logScale(least, most, ticksMax) : linearScale(most, ticksMax);
}

function logScale(least: number, most: number, ticksMax: number): DurationScale {
  const first = Math.max(Math.log10(DECADE_LEAST), Math.floor(Math.log10(least)));
  // The end is a round value of time: a decade of seconds is nothing round.
  const end = Math.max(roundAbove(most), 10 ** (first + 1));
  const span = Math.log10(end) - first;
  const place = (nanos: number): number =>
    nanos <= 0 ? 0 : Math.min(1, Math.max(0, (Math.log10(nanos) - first) / span));
  const nanosAt = (at: number): number => 10 ** (first + at * span);
  const round = DECADES.filter((nanos) => nanos >= 10 ** first && nanos <= end);
  const ticks: { nanos: number; at: number }[] = [];
  for (const nanos of round) {
    const [at, before] = [place(nanos), ticks.at(-1)?.at ?? -1];
    if (at - before >= NEAREST / ticksMax) ticks.push({ nanos, at });
  }
  return { kind: 'log', place, nanosAt, ticks };
}

function linearScale(most: number, ticksMax: number): DurationScale {
  const step = roundAbove(most / Math.max(1, ticksMax - 1));
  const end = Math.ceil(most / step) * step;
  const place = (nanos: number): number => Math.min(1, Math.max(0, nanos / end));
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, at) => ({
    nanos: at * step,
    at: place(at * step),
  }));
  return { kind: 'linear', place, nanosAt: (at) => at * end, ticks };
}

function roundAbove(nanos: number): number {
  return ROUND.find((round) => round >= nanos) ?? ROUND.at(-1)! * Math.ceil(nanos / ROUND.at(-1)!);
}
