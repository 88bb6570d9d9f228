import { parseTraceId } from '../../../src/model/ids.ts';
import type { StorageReport } from '../../../src/model/statistics.ts';
import { BITS } from '../../../src/otlp/span-columns.ts';
import type { LogChunk, LogCursor, SpanLog } from '../../../src/store/contracts/span-log.ts';
import type { SpanSource } from '../../../src/store/contracts/span-source.ts';
import type { TraceQuery } from '../../../src/store/contracts/trace-query.ts';
import type { TraceReader } from '../../../src/store/contracts/trace-reader.ts';
import type { TraceWriter } from '../../../src/store/contracts/trace-writer.ts';
import { createTraceReader } from '../../../src/store/reading/create-trace-reader.ts';
import type { StatisticsSource } from '../../../src/store/statistics/statistics-source.ts';
import { buildRequest, type RequestSpec } from '../../support/otlp-request.ts';
import { scannedBatch } from '../../support/scanned-batch.ts';

/** What the suite needs of a store. Each test opens one of its own, empty; those that only ask share one. */
export interface StoreUnderTest {
  readonly writer: TraceWriter;
  readonly source: SpanSource;
  readonly log: SpanLog;
  readonly statistics: StatisticsSource;
  storage(): Promise<StorageReport>;
  close(): Promise<void>;
  /** Closes it and opens the same data again; absent where nothing survives. */
  reopen?(): Promise<StoreUnderTest>;
}

export type OpenStore = () => Promise<StoreUnderTest>;

export const NEVER_ABORTED: AbortSignal = new AbortController().signal;

export function readerOf(store: StoreUnderTest): TraceReader {
  return createTraceReader({
    sources: [store.source],
    statistics: store.statistics,
    storage: () => store.storage(),
  });
}

/** Writes requests one after the other, with arrival numbers that rise. */
export class Sender {
  readonly #writer: TraceWriter;
  #arrival: number;

  constructor(writer: TraceWriter, arrivalFirst = 1) {
    this.#writer = writer;
    this.#arrival = arrivalFirst;
  }

  async send(request: Uint8Array, bits: number = BITS.kept, threshold = 0n): Promise<void> {
    const batch = scannedBatch(request, { arrivalFirst: this.#arrival, bits, threshold });
    this.#arrival += batch.count;
    const result = await this.#writer.write(batch);
    if (result.status !== 'durable') throw new Error(result.reason);
  }

  async sendSpec(spec: RequestSpec, bits?: number): Promise<void> {
    await this.send(buildRequest(spec), bits);
  }
}

/** Trace ids of one page. */
export async function found(store: StoreUnderTest, query: TraceQuery): Promise<string[]> {
  const page = await readerOf(store).search(query, NEVER_ABORTED);
  return page.items.map((item) => item.traceId);
}

/** Every page of a search, to the end. */
export async function allPages(reader: TraceReader, query: TraceQuery): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await reader.search(
      { ...query, ...(cursor === undefined ? {} : { cursor }) },
      NEVER_ABORTED,
    );
    pages.push(page.items.map((item) => item.traceId));
    cursor = page.next;
  } while (cursor !== undefined);
  return pages;
}

/** The whole log from a cursor, chunk by chunk. */
export async function readLog(
  log: SpanLog,
  from: LogCursor,
  bytesMax: number,
): Promise<LogChunk[]> {
  const chunks: LogChunk[] = [];
  let cursor = from;
  for (;;) {
    const chunk = await log.read(cursor, bytesMax);
    if (!chunk) return chunks;
    chunks.push(chunk);
    cursor = chunk.next;
  }
}

export function traceIdOf(number: number): ReturnType<typeof parseTraceId> {
  return parseTraceId((number + 1).toString(16).padStart(32, 'a'));
}
