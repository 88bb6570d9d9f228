/**
 * What parameters of the views may say, for whoever describes them: apart from the views, so that describing one does not
 * load it.
 */
import type { StatisticsKey } from '../store/contracts/trace-reader.ts';

/** Traces of a page of a search. */
export const TRACES_MAX = 1_000;
/** Attributes that a search tells of each trace, and how long the key of one may be. */
export const COLUMNS_MAX = 4;
export const COLUMN_LENGTH_MAX = 256;
/** Of the slowest traces. */
export const SLOWEST_MAX = 200;
/** Steps of a histogram over a search. */
export const HISTOGRAM_BUCKETS_MAX = 400;
/** Rows of a page of a trace. */
export const PAGE_MAX = 100_000;
/** More rows, and more levels, than a trace can have. */
export const ROWS_MAX = 1_000_000;
/** Spans of a lifecycle, if asked for. */
export const LIFECYCLE_MAX = 20_000;

export const JSON_FLAVORS = ['synton', 'otlp'] as const;
export type JsonFlavor = (typeof JSON_FLAVORS)[number];

export const DIAGRAMS = ['sequence', 'gantt', 'flowchart'] as const;
export type Diagram = (typeof DIAGRAMS)[number];

export const STATISTICS_KEYS: readonly StatisticsKey[] = [
  'total',
  'service',
  'operation',
  'kind',
  'status',
];
