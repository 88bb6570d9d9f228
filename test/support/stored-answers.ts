/**
 * Everything that can be asked of a data directory, asked: one object of plain values, so that two of them can be compared. What
 * depends on how blocks are cut (requests of the log, how far a page looked) is left out, what it adds up to is not.
 */
import { type TraceId, traceIdOfWords } from '../../src/model/ids.ts';
import { SPAN_KINDS } from '../../src/model/span-kind.ts';
import { NO_SCAN_LIMITS } from '../../src/otlp/scan-limits.ts';
import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import type { CommitSignal } from '../../src/store/commit-signal.ts';
import type { LogCursor } from '../../src/store/contracts/span-log.ts';
import type { SpanRecord } from '../../src/store/contracts/span-record.ts';
import type { SpanFilter } from '../../src/store/contracts/trace-query.ts';
import type { StatisticsKey, TraceReader } from '../../src/store/contracts/trace-reader.ts';
import { LmdbLog } from '../../src/store/lmdb/lmdb-log.ts';
import { LmdbSource } from '../../src/store/lmdb/lmdb-source.ts';
import { SoundPartitions } from '../../src/store/lmdb/sound-partitions.ts';
import { createTraceReader } from '../../src/store/reading/create-trace-reader.ts';
import { framedSpans } from './framed-spans.ts';

const SIGNAL = new AbortController().signal;
const MINUTE_NANO = 60_000_000_000n;
const BY: readonly StatisticsKey[] = ['total', 'service', 'operation', 'kind', 'status'];

export interface Questions {
  readonly traces: readonly TraceId[];
  readonly filters: readonly SpanFilter[];
  /** Ranges of statistics, [from, to) in nanoseconds. */
  readonly ranges: readonly { readonly fromUnixNano: bigint; readonly toUnixNano: bigint }[];
  readonly chunkBytes: readonly number[];
}

export interface Answers {
  readonly traces: readonly (readonly string[])[];
  readonly searches: readonly (readonly string[])[];
  readonly names: readonly string[];
  readonly statistics: readonly string[];
  /** The whole log, read in chunks of each size. */
  readonly logs: readonly (readonly string[])[];
  /** Where each span is read from, and where one goes on after it. */
  readonly cursors: readonly string[];
  readonly promoted: readonly string[];
  readonly spans: number;
  /** Damage that was met. */
  readonly damaged: readonly string[];
}

export async function answersOf(
  path: string,
  commits: CommitSignal,
  questions: Questions,
): Promise<Answers> {
  const damaged: string[] = [];
  const partitions = new SoundPartitions(path, commits, (what) => damaged.push(what));
  try {
    const source = new LmdbSource(partitions);
    const log = new LmdbLog(partitions, commits);
    const reader = createTraceReader({
      sources: [source],
      statistics: source,
      storage: () => source.storage(),
    });
    const traces: string[][] = [];
    for (const traceId of questions.traces)
      traces.push((await source.trace(traceId)).map(textOfRecord));
    const searches: string[][] = [];
    for (const filter of questions.filters)
      for (const limit of [1, 1_000]) searches.push(await found(reader, { ...filter, limit }));
    const logs: string[][] = [];
    for (const bytes of questions.chunkBytes) logs.push((await readLog(log, bytes)).spans);
    return {
      traces,
      searches,
      names: await namesOf(reader),
      statistics: await statisticsOf(reader, questions),
      logs,
      cursors: (await readLog(log, 1)).cursors,
      promoted: await promotedOf(partitions),
      spans: (await source.storage()).spans,
      damaged,
    };
  } finally {
    partitions.close();
  }
}

export function textOfRecord({ span, resource, scope, arrival }: SpanRecord): string {
  return `${arrival} ${hex(span)} ${hex(resource)} ${hex(scope)}`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Trace ids in the order in which they are found, page after page. */
async function found(
  reader: TraceReader,
  query: SpanFilter & { readonly limit: number },
): Promise<string[]> {
  const traceIds: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await reader.search(cursor === undefined ? query : { ...query, cursor }, SIGNAL);
    for (const summary of page.items) traceIds.push(textOf(summary));
    cursor = page.next;
  } while (cursor !== undefined);
  return traceIds;
}

async function namesOf(reader: TraceReader): Promise<string[]> {
  const names: string[] = [];
  for (const service of await reader.services())
    for (const { kind, name } of await reader.operations(service))
      names.push(`${service} ${kind} ${name}`);
  return names.sort();
}

async function statisticsOf(reader: TraceReader, { ranges }: Questions): Promise<string[]> {
  const answers: string[] = [];
  for (const range of ranges) {
    for (const by of BY)
      for (const step of [1n, 60n, 1_440n]) {
        const { series } = await reader.statistics(range, by, step * MINUTE_NANO);
        for (const { key, points } of series) {
          const filled = points.filter(({ count }) => count > 0);
          answers.push(`${by} ${step} ${key} ${points.length} ${filled.map(textOf).join(' ')}`);
        }
      }
    for (const record of await reader.durations(range)) answers.push(textOf(record));
  }
  return answers;
}

/** Sums of the same doubles in another order differ in their last digits: these are left out. */
function textOf(value: object): string {
  return JSON.stringify(value, (_, item) => {
    if (typeof item === 'bigint') return String(item);
    return typeof item === 'number' ? Number(item.toPrecision(12)) : item;
  });
}

async function readLog(
  log: LmdbLog,
  bytesMax: number,
): Promise<{ spans: string[]; cursors: string[] }> {
  const spans: string[] = [];
  const cursors: string[] = [];
  let cursor: LogCursor = await log.oldest();
  for (;;) {
    const chunk = await log.read(cursor, bytesMax);
    if (chunk === undefined) return { spans, cursors };
    const batch = new SpanScanner(NO_SCAN_LIMITS);
    batch.scan(chunk.request);
    if (batch.count !== chunk.spanCount) throw new Error('a chunk has not the spans it says');
    for (const { span, resource, scope } of framedSpans(batch))
      spans.push(`${hex(span)} ${hex(resource)} ${hex(scope)}`);
    cursors.push(JSON.stringify([chunk.from, chunk.next, chunk.damagedSpans]));
    cursor = chunk.next;
  }
}

async function promotedOf(partitions: SoundPartitions): Promise<string[]> {
  const promoted = new Set<string>();
  for (const { number } of partitions.records()) {
    const words = (await partitions.open(number))?.promoted() ?? new Uint32Array(0);
    for (let at = 0; at < words.length; at += 4) promoted.add(traceIdOfWords(words, at));
  }
  return [...promoted].sort();
}

/** One filter of every kind, about what a few spans say. */
export function filtersFor(batch: {
  readonly services: readonly string[];
  readonly names: readonly string[];
  readonly values: readonly { readonly key: string; readonly value: string }[];
  readonly starts: readonly bigint[];
}): SpanFilter[] {
  const { services, names, values, starts } = batch;
  const filters: SpanFilter[] = [{}, { status: 'Failed' }, { minDurationNano: 1_000_000n }];
  for (const kind of SPAN_KINDS) filters.push({ kind });
  for (const service of services) filters.push({ service });
  for (const operation of names) filters.push({ operation });
  for (const attribute of values) filters.push({ attributes: [attribute] });
  for (const start of starts)
    filters.push(
      { fromUnixNano: start },
      { toUnixNano: start },
      { maxDurationNano: start % 2n ** 40n },
    );
  if (values.length > 1) filters.push({ attributes: values.slice(0, 2) });
  if (services[0] !== undefined && names[0] !== undefined)
    filters.push({ service: services[0], operation: names[0] });
  return filters;
}

/** Where two differ, short enough to be read; undefined where they do not. */
export function firstDifference(before: unknown, after: unknown, at = ''): string | undefined {
  if (Object.is(before, after)) return undefined;
  if (typeof before === 'object' && typeof after === 'object' && before && after) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const pair = [before, after].map((value) => (value as Record<string, unknown>)[key]);
      const found = firstDifference(pair[0], pair[1], `${at}/${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return `${at}: ${String(before).slice(0, 300)} became ${String(after).slice(0, 300)}`;
}
