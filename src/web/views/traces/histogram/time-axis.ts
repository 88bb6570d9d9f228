/** Round moments of local time along an axis, and what is written at them. */
export interface TimeTick {
  readonly millis: number;
  readonly label: string;
}

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];
const YEARS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
/** From here on a day without its year may be of any. */
const QUARTER = 91 * DAY;
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((count) => count * DAY),
];

const hours = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const seconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const months = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' });

/** At most `ticksMax` of them in [from, to], in milliseconds since 1970. */
export function timeTicks(from: number, to: number, ticksMax: number): readonly TimeTick[] {
  const step = STEPS.find((step) => (to - from) / step <= ticksMax);
  if (step === undefined) return yearTicks(from, to, ticksMax);
  const ticks: TimeTick[] = [];
  for (let at = firstAt(from, step); at <= to && ticks.length <= ticksMax; at = after(at, step)) {
    if (at >= from) ticks.push({ millis: at, label: labelAt(at, step) });
  }
  return ticks;
}

function yearTicks(from: number, to: number, ticksMax: number): readonly TimeTick[] {
  const [first, last] = [from, to].map((millis) => new Date(millis).getFullYear()) as [
    number,
    number,
  ];
  const step = YEARS.find((step) => (last - first) / step <= ticksMax) ?? last - first;
  const ticks: TimeTick[] = [];
  for (let year = Math.ceil(first / step) * step; year <= last; year += step) {
    const millis = new Date(year, 0, 1).getTime();
    if (millis >= from && millis <= to) ticks.push({ millis, label: String(year) });
  }
  return ticks;
}

/** Steps are counted from local midnight, so that hours are round where the zone is not. */
function firstAt(from: number, step: number): number {
  const midnight = new Date(from).setHours(0, 0, 0, 0);
  if (step >= DAY) return midnight;
  return midnight + Math.ceil((from - midnight) / step) * step;
}

/** A day may have 23 hours or 25. */
function after(at: number, step: number): number {
  if (step < DAY) return at + step;
  const day = new Date(at);
  return day.setDate(day.getDate() + Math.round(step / DAY));
}

function labelAt(millis: number, step: number): string {
  const at = new Date(millis);
  if (step >= QUARTER) return months.format(at);
  if (step >= DAY || at.getHours() + at.getMinutes() + at.getSeconds() === 0) {
    return at.getMilliseconds() === 0 ? days.format(at) : seconds.format(at);
  }
  if (step >= MINUTE) return hours.format(at);
  const clock = seconds.format(at);
  return step >= SECOND ? clock : `${clock}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}
