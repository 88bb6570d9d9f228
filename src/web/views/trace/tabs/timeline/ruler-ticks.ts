/** Where a time axis has its marks, and what they say: round numbers in the unit that people would use, no more digits than tell them apart. */
import { formatDuration } from '../../../../format/duration.ts';
import type { TimeRange } from '../../time-range.ts';

export interface Tick {
  /** Nanoseconds from the start of the trace. */
  readonly at: number;
  readonly label: string;
}

const SPACING_MIN = 80;
const TICKS_MAX = 200;
const MINUTE = 60e9;
const HOUR = 3600e9;
const DAY = 24 * HOUR;
/** Where time is not counted by tens. */
const LONG_STEPS: readonly number[] = [
  ...[10e9, 15e9, 30e9],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  // A clock that was never set makes a trace of two hundred years.
  ...[1, 10, 100, 1_000, 10_000].flatMap((tens) => [1, 2, 5].map((days) => days * tens * DAY)),
];
const UNITS: readonly (readonly [nanos: number, name: string])[] = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
];
/** More digits than this are told once, and then only what is added. */
const DIGITS_MAX = 5;

export function rulerTicks({ from, to }: TimeRange, widthPx: number): readonly Tick[] {
  const count = Math.max(1, Math.min(TICKS_MAX, Math.floor(widthPx / SPACING_MIN)));
  const step = stepOf((to - from) / count);
  const ticks: Tick[] = [];
  const first = Math.ceil(from / step - 1e-9);
  const write = writerOf(step, to, first * step);
  for (let place = first; place * step <= to && ticks.length <= TICKS_MAX; place++) {
    ticks.push({ at: place * step, label: write(place * step) });
  }
  return ticks;
}

/** The next round step that is no shorter. */
function stepOf(nanos: number): number {
  if (nanos > 5e9) return LONG_STEPS.find((step) => step >= nanos) ?? LONG_STEPS.at(-1)!;
  const magnitude = 10 ** Math.floor(Math.log10(Math.max(1, nanos)));
  const lead = [1, 2, 5, 10].find((one) => one * magnitude >= nanos * 0.999) ?? 10;
  return Math.min(lead * magnitude, 10e9);
}

function writerOf(step: number, to: number, first: number): (at: number) => string {
  if (to >= 2 * MINUTE && step >= 1e9) return writeLong;
  const [unit, name] = UNITS.find(([nanos]) => to >= nanos) ?? UNITS.at(-1)!;
  const digits = Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9));
  const write = (at: number): string => (at === 0 ? '0' : `${(at / unit).toFixed(digits)} ${name}`);
  if (digits <= DIGITS_MAX) return write;
  return (at) => (at === first ? write(at) : `+${formatDuration(at - first)}`);
}

/** `1 min 30 s`, `2 h 15 min`, `3 d 6 h`. */
function writeLong(at: number): string {
  const parts: string[] = [];
  let rest = Math.round(at / 1e9);
  for (const [seconds, name] of [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const) {
    const whole = Math.floor(rest / seconds);
    if (whole > 0) parts.push(`${whole} ${name}`);
    rest -= whole * seconds;
  }
  return parts.slice(0, 2).join(' ') || '0';
}
