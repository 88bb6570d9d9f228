/**
 * The rows of the table: spans, or operations or services with the figures of their spans. Sorted by numbers alone: names by their place in the alphabet, so
 * that 100,000 rows are put in another order without comparing texts.
 */
import { FAILED, type Outline } from '../../../../data/outline.ts';

export const SPAN_COLUMNS = [
  'name',
  'service',
  'kind',
  'status',
  'start',
  'duration',
  'share',
  'self',
  'children',
  'errors',
] as const;
export const GROUPINGS = ['operation', 'service'] as const;
export type Grouping = (typeof GROUPINGS)[number];
/** Of operations; services have no name of their own. */
export const OPERATION_COLUMNS = [
  'name',
  'service',
  'count',
  'failed',
  'total',
  'self',
  'selfShare',
  'mean',
  'p50',
  'p95',
  'max',
] as const;
export type SpanColumn = (typeof SPAN_COLUMNS)[number];
export type OperationColumn = (typeof OPERATION_COLUMNS)[number];
export type Column = SpanColumn | OperationColumn;

/** Columns in which the largest is what one looks for. */
export const isFigure = (column: Column): boolean =>
  !['name', 'service', 'kind', 'status', 'start'].includes(column);

/** Every row's place in the alphabet of a dictionary. */
function ranks(words: readonly string[]): Float64Array {
  const order = words.map((_, at) => at).sort((a, b) => (words[a]! < words[b]! ? -1 : 1));
  const rank = new Float64Array(words.length);
  for (const [place, at] of order.entries()) rank[at] = place;
  return rank;
}

/** By row: what a column is sorted by. */
export function spanFigures(outline: Outline, column: SpanColumn): ArrayLike<number> {
  switch (column) {
    case 'name':
      return mapped(outline.name, ranks(outline.names));
    case 'service':
      return mapped(outline.service, ranks(outline.services));
    // Parts of one whole are in the order of what they are parts of.
    case 'share':
      return outline.duration;
    case 'children':
      return outline.childCount;
    case 'errors':
      return outline.errorsBelow;
    default:
      return outline[column];
  }
}

function mapped(places: ArrayLike<number>, values: Float64Array): Float64Array {
  return Float64Array.from(places, (place) => values[place]!);
}

/** Places of the figures in their order; equal ones stay as they were. */
export function sortedBy(
  figures: ArrayLike<number>,
  rows: Int32Array,
  isDescending: boolean,
): Int32Array {
  const sign = isDescending ? -1 : 1;
  return rows.slice().sort((a, b) => (figures[a]! - figures[b]!) * sign || a - b);
}

export interface OperationRows {
  readonly count: number;
  /** By operation: a place in the outline's dictionaries. */
  readonly name: Uint32Array;
  readonly service: Uint16Array;
  readonly figures: Readonly<Record<Exclude<OperationColumn, 'name' | 'service'>, Float64Array>>;
  /** The longest span of each. */
  readonly example: Int32Array;
  /** By row of the outline; −1 where it is not among those counted. */
  readonly operationOf: Int32Array;
}

export function operationsOf(
  outline: Outline,
  rows: Int32Array,
  by: Grouping = 'operation',
): OperationRows {
  const { name, service, services, duration, self, status, rowCount } = outline;
  const places = new Map<number, number>();
  const operationOf = new Int32Array(rowCount).fill(-1);
  for (const row of rows) {
    const key = by === 'service' ? service[row]! : name[row]! * services.length + service[row]!;
    let place = places.get(key);
    if (place === undefined) {
      place = places.size;
      places.set(key, place);
    }
    operationOf[row] = place;
  }
  const count = places.size;
  const made = {
    count: new Float64Array(count),
    failed: new Float64Array(count),
    total: new Float64Array(count),
    self: new Float64Array(count),
    selfShare: new Float64Array(count),
    mean: new Float64Array(count),
    p50: new Float64Array(count),
    p95: new Float64Array(count),
    max: new Float64Array(count),
  };
  const example = new Int32Array(count).fill(-1);
  for (const row of rows) {
    const at = operationOf[row]!;
    made.count[at]!++;
    if (status[row] === FAILED) made.failed[at]!++;
    made.total[at]! += duration[row]!;
    made.self[at]! += self[row]!;
    if (example[at]! < 0 || duration[row]! > made.max[at]!) {
      made.max[at] = duration[row]!;
      example[at] = row;
    }
  }
  const spent = made.self.reduce((sum, one) => sum + one, 0);
  for (let at = 0; at < count; at++) {
    made.mean[at] = made.total[at]! / made.count[at]!;
    made.selfShare[at] = spent === 0 ? 0 : made.self[at]! / spent;
  }
  fillQuantiles(made, duration, operationOf, rows);
  return {
    ...{ count, example, operationOf, figures: made },
    name: Uint32Array.from(example, (row) => name[row]!),
    service: Uint16Array.from(example, (row) => service[row]!),
  };
}

/** All durations in one order, of which those at each operation's quantiles are noted when they are passed. */
function fillQuantiles(
  { count, p50, p95 }: Pick<OperationRows['figures'], 'count' | 'p50' | 'p95'>,
  duration: Float64Array,
  operationOf: Int32Array,
  rows: Int32Array,
): void {
  const seen = new Float64Array(count.length);
  for (const row of sortedBy(duration, rows, false)) {
    const at = operationOf[row]!;
    const place = ++seen[at]!;
    if (place === Math.ceil(count[at]! * 0.5)) p50[at] = duration[row]!;
    if (place === Math.ceil(count[at]! * 0.95)) p95[at] = duration[row]!;
  }
}

export function operationFigures(
  outline: Outline,
  operations: OperationRows,
  column: OperationColumn,
): ArrayLike<number> {
  if (column === 'name') return mapped(operations.name, ranks(outline.names));
  if (column === 'service') return mapped(operations.service, ranks(outline.services));
  return operations.figures[column];
}
