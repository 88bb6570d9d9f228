/**
 * How many log records or data points a request of another signal holds. Nothing else of it is looked
 * at, and nothing is built from it: in JSON, too, one pass with a bound on nesting.
 *
 *   ExportLogsServiceRequest     1 resource_logs    → 2 scope_logs    → 2 log_records
 *   ExportMetricsServiceRequest  1 resource_metrics → 2 scope_metrics → 2 metrics
 *     → 5 gauge, 7 sum, 9 histogram, 10 exponential_histogram, 11 summary → 1 data_points
 */
import { CHAR, InvalidJson, JsonCursor } from './json/json-cursor.ts';
import { DEPTH_MAX, ProtobufReader, WIRE } from './wire/protobuf-reader.ts';

/** Fields to go down through; what the last step finds is counted. */
interface Step {
  readonly numbers: readonly number[];
  readonly names: readonly string[];
}

const LOG_RECORDS: readonly Step[] = [
  { numbers: [1], names: ['resourceLogs', 'resource_logs'] },
  { numbers: [2], names: ['scopeLogs', 'scope_logs'] },
  { numbers: [2], names: ['logRecords', 'log_records'] },
];

const DATA_POINTS: readonly Step[] = [
  { numbers: [1], names: ['resourceMetrics', 'resource_metrics'] },
  { numbers: [2], names: ['scopeMetrics', 'scope_metrics'] },
  { numbers: [2], names: ['metrics'] },
  {
    numbers: [5, 7, 9, 10, 11],
    names: [
      'gauge',
      'sum',
      'histogram',
      'exponentialHistogram',
      'exponential_histogram',
      'summary',
    ],
  },
  { numbers: [1], names: ['dataPoints', 'data_points'] },
];

export type CountedSignal = 'logs' | 'metrics';

const STEPS: Readonly<Record<CountedSignal, typeof LOG_RECORDS>> = {
  logs: LOG_RECORDS,
  metrics: DATA_POINTS,
};

export type ItemCount =
  | { readonly status: 'ok'; readonly count: number }
  /** `position` is an offset into the text. */
  | { readonly status: 'invalid'; readonly reason: string; readonly position: number };

/** @throws MalformedProtobuf */
export function countItems(signal: CountedSignal, request: Uint8Array): number {
  return countFields(new ProtobufReader(request), STEPS[signal], 0);
}

/** `text` is UTF-8. */
export function countItemsJson(signal: CountedSignal, text: Uint8Array): ItemCount {
  const cursor = new JsonCursor(text);
  try {
    const count = countMembers(cursor, STEPS[signal], 0);
    cursor.finish();
    return { status: 'ok', count };
  } catch (error) {
    if (!(error instanceof InvalidJson)) throw error;
    return { status: 'invalid', reason: error.message, position: error.position };
  }
}

// As deep as there are steps.
function countFields(reader: ProtobufReader, steps: readonly Step[], step: number): number {
  if (step === steps.length) return 1;
  let total = 0;
  while (reader.next()) {
    if (reader.wireType === WIRE.bytes && steps[step]!.numbers.includes(reader.field)) {
      total += countFields(reader.message(), steps, step + 1);
    } else reader.skip();
  }
  return total;
}

/** Counts within the object that comes next, or within each of the array that does. */
function countMembers(cursor: JsonCursor, steps: readonly Step[], step: number): number {
  const type = cursor.type();
  let total = 0;
  if (type === 'array' && step > 0) {
    cursor.open();
    for (let first = true; cursor.more(CHAR.closeArray, first); first = false) {
      if (cursor.type() === 'array') throw new InvalidJson('expected an object', cursor.offset);
      total += countMembers(cursor, steps, step);
    }
  } else if (step === steps.length) {
    cursor.skipValue(DEPTH_MAX);
    total = 1;
  } else if (type === 'object') {
    cursor.open();
    for (let first = true; cursor.more(CHAR.closeObject, first); first = false) {
      cursor.key();
      if (steps[step]!.names.includes(cursor.text()))
        total += countMembers(cursor, steps, step + 1);
      else cursor.skipValue(DEPTH_MAX);
    }
  } else if (type === 'null' && step > 0) cursor.literal('null');
  else throw new InvalidJson('expected an object', cursor.offset);
  return total;
}
