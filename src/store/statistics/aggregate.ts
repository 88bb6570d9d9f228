/**
 * Minutes added up into what a reader returns: series over time, and one record a kind of operation.
 *
 * Whole minutes only: a range is widened to the minutes it touches. Bounds: STEPS_MAX steps, POINTS_MAX
 * points over all series and RECORDS_MAX records; keys beyond go to `(other)`, so that totals hold.
 */
import { InvalidParameter } from '../../model/errors.ts';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import {
  type DurationRecord,
  OTHER,
  type Statistics,
  type StatisticsPoint,
} from '../../model/statistics.ts';
import type { StatisticsFilter, StatisticsKey, TimeRange } from '../contracts/trace-reader.ts';
import { DurationSketch, RELATIVE_ERROR } from './duration-sketch.ts';
import { type MinuteStatistics, STATUSES, type StatisticsCell } from './minute-statistics.ts';
import type { StatisticsSource } from './statistics-source.ts';

/** A week in minutes. */
export const STEPS_MAX = 10_080;
export const POINTS_MAX = 20_160;
export const RECORDS_MAX = 10_000;

const MINUTE_NANO = 60_000_000_000n;
const TOTAL = 'total';
const HOUR = 60;
const DAY = 1_440;

/** Minutes of a range: its own and those it only touches. */
interface MinuteRange {
  readonly from: number;
  readonly to: number;
}

class Point {
  count = 0;
  errors = 0;
  roots = 0;
  readonly sketch: DurationSketch = new DurationSketch();

  add(cell: StatisticsCell): void {
    this.count += cell.count;
    this.errors += cell.errors;
    this.roots += cell.roots;
    merge(this.sketch, cell);
  }
}

/** The middle of a bin may lie beyond all that is in it: what a cell knows of its ends is not given away. */
function merge(sketch: DurationSketch, cell: StatisticsCell): void {
  sketch.merge(cell.sketch);
  if (cell.sketch.weight > 0) sketch.bound(cell.minNano, cell.maxNano);
}

/**
 * Series by key, every step present, largest count first. Steps begin at multiples of their length since 1970: the first may
 * begin before the range, of which alone it counts. A step as long as the range holds all of it. `operation` series are named by the operation
 * where a service is given, else `service/operation`.
 * @throws InvalidParameter where the range has more than STEPS_MAX steps
 */
export async function aggregateSeries(
  source: StatisticsSource,
  range: TimeRange,
  by: StatisticsKey,
  stepNano: bigint,
  where: StatisticsFilter = {},
): Promise<Statistics> {
  const minutes = minutesOf(range);
  const step = Math.max(1, Number((stepNano + MINUTE_NANO - 1n) / MINUTE_NANO));
  // Steps begin where they would in any other range, so that whole hours and days can stand for their minutes; but one that is
  // as long as the range holds all of it.
  const isOneStep = step >= minutes.to - minutes.from;
  const origin = isOneStep ? minutes.from : minutes.from - (minutes.from % step);
  const steps = Math.ceil((minutes.to - origin) / step);
  if (steps > STEPS_MAX) {
    throw new InvalidParameter(
      'step',
      `at most ${STEPS_MAX} steps: the range has ${steps} of them`,
    );
  }
  const seriesMax = Math.max(2, Math.floor(POINTS_MAX / Math.max(1, steps)));
  const series = new Map<string, Map<number, Point>>();
  if (by === TOTAL) series.set(TOTAL, new Map());
  for await (const minute of within(source, minutes, isOneStep ? DAY : unitFor(step))) {
    const at = Math.floor((minute.minute - origin) / step);
    for (const cell of minute.cells()) {
      if (!isWithin(cell, where)) continue;
      const wanted = keyOf(cell, by, where.service);
      const key = series.has(wanted) || series.size < seriesMax - 1 ? wanted : OTHER;
      const points = entry(series, key, () => new Map<number, Point>());
      entry(points, at, () => new Point()).add(cell);
    }
  }
  const empty = Array.from({ length: steps }, (_, i) =>
    emptyPoint(BigInt(origin + i * step) * MINUTE_NANO),
  );
  return {
    from: BigInt(minutes.from) * MINUTE_NANO,
    to: BigInt(minutes.to) * MINUTE_NANO,
    stepNano: BigInt(step) * MINUTE_NANO,
    series: [...series]
      .map(([key, points]) => ({ key, points, count: countOf(points) }))
      .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
      .map(({ key, points }) => ({
        key,
        points: empty.map((nothing, i) => {
          const point = points.get(i);
          return point === undefined ? nothing : pointOf(nothing.at, point);
        }),
      })),
  };
}

/** One record per (service, operation, kind), largest count first. Only ended spans have durations. */
export async function aggregateDurations(
  source: StatisticsSource,
  range: TimeRange,
  service?: string,
): Promise<DurationRecord[]> {
  const drafts = new Map<string, DurationDraft>();
  for await (const minute of within(source, minutesOf(range), DAY)) {
    for (const cell of minute.cells()) {
      if (service !== undefined && cell.service !== service) continue;
      // Length first, so that no two triples share a key.
      const wanted = `${cell.kind} ${cell.service.length} ${cell.service}${cell.operation}`;
      const fits = drafts.has(wanted) || drafts.size < RECORDS_MAX;
      const key = fits ? wanted : `${cell.kind} ${OTHER}`;
      const make = () =>
        new DurationDraft(fits ? cell.service : OTHER, fits ? cell.operation : OTHER, cell.kind);
      entry(drafts, key, make).add(cell);
    }
  }
  const records = [...drafts.values()].map((draft) => draft.record());
  return records.sort((a, b) => b.count - a.count);
}

/** Durations of all that fits, in one sketch. Only ended spans have one. */
export async function aggregateSketch(
  source: StatisticsSource,
  range: TimeRange,
  where: StatisticsFilter = {},
): Promise<DurationSketch> {
  const sketch = new DurationSketch();
  for await (const minute of within(source, minutesOf(range), DAY)) {
    for (const cell of minute.cells()) if (isWithin(cell, where)) merge(sketch, cell);
  }
  return sketch;
}

function isWithin(cell: StatisticsCell, where: StatisticsFilter): boolean {
  const { service, operation, kind, status } = where;
  return (
    (service === undefined || cell.service === service) &&
    (operation === undefined || cell.operation === operation) &&
    (kind === undefined || SPAN_KINDS[cell.kind] === kind) &&
    (status === undefined || STATUSES[cell.status] === status)
  );
}

class DurationDraft {
  readonly #service: string;
  readonly #operation: string;
  readonly #kind: number;
  #total = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  readonly #point = new Point();

  constructor(service: string, operation: string, kind: number) {
    this.#service = service;
    this.#operation = operation;
    this.#kind = kind;
  }

  add(cell: StatisticsCell): void {
    this.#point.add(cell);
    this.#total += cell.totalNano;
    this.#min = Math.min(this.#min, cell.minNano);
    this.#max = Math.max(this.#max, cell.maxNano);
  }

  record(): DurationRecord {
    const { count, errors, sketch } = this.#point;
    const min = Number.isFinite(this.#min) ? this.#min : 0;
    return {
      service: this.#service,
      operation: this.#operation,
      kind: SPAN_KINDS[this.#kind]!,
      count,
      errorCount: errors,
      totalNano: nano(this.#total),
      minNano: nano(min),
      maxNano: nano(this.#max),
      meanNano: nano(sketch.weight > 0 ? this.#total / sketch.weight : 0),
      p50Nano: nano(sketch.quantile(0.5)),
      p95Nano: nano(sketch.quantile(0.95)),
      p99Nano: nano(sketch.quantile(0.99)),
      relativeError: RELATIVE_ERROR,
    };
  }
}

async function* within(
  source: StatisticsSource,
  minutes: MinuteRange,
  unitMax: number,
): AsyncGenerator<MinuteStatistics> {
  if (minutes.to > minutes.from) yield* source.minutes(minutes.from, minutes.to, unitMax);
}

/** The longest period that no step's edge can cut. */
function unitFor(step: number): number {
  return [DAY, HOUR].find((unit) => step % unit === 0) ?? 1;
}

function minutesOf(range: TimeRange): MinuteRange {
  const from = Number(range.fromUnixNano / MINUTE_NANO);
  const to = Number((range.toUnixNano + MINUTE_NANO - 1n) / MINUTE_NANO);
  return { from, to: Math.max(from, to) };
}

function keyOf(cell: StatisticsCell, by: StatisticsKey, service: string | undefined): string {
  switch (by) {
    case 'total':
      return TOTAL;
    case 'service':
      return cell.service;
    case 'operation':
      return service === undefined ? `${cell.service}/${cell.operation}` : cell.operation;
    case 'kind':
      return SPAN_KINDS[cell.kind]!;
    case 'status':
      return STATUSES[cell.status]!;
  }
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function countOf(points: Map<number, Point>): number {
  let count = 0;
  for (const point of points.values()) count += point.count;
  return count;
}

/** Frozen, as it stands for its step in many series. */
function emptyPoint(at: bigint): StatisticsPoint {
  const none = { count: 0, errors: 0, roots: 0, p50Nano: 0n, p95Nano: 0n, p99Nano: 0n };
  return Object.freeze({ at, ...none });
}

function pointOf(at: bigint, point: Point): StatisticsPoint {
  const { count, errors, roots, sketch } = point;
  return {
    at,
    count,
    errors,
    roots,
    p50Nano: nano(sketch.quantile(0.5)),
    p95Nano: nano(sketch.quantile(0.95)),
    p99Nano: nano(sketch.quantile(0.99)),
  };
}

function nano(value: number): bigint {
  return BigInt(Math.round(value));
}
