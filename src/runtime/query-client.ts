/**
 * The ingest thread's side of the query thread: starts it with the first question, answers for what lies in
 * memory here, and starts it anew should it die.
 */
import type { Worker } from 'node:worker_threads';
import type { TraceId } from '../model/ids.ts';
import type { StorageReport } from '../model/statistics.ts';
import type { StorageInventory } from '../model/storage-inventory.ts';
import { ownThread } from '../pipeline/own-thread.ts';
import type { SpanSource } from '../store/contracts/span-source.ts';
import type { SpanFilter } from '../store/contracts/trace-query.ts';
import { catalogueOf } from '../store/reading/catalogue-of.ts';
import { encodeMinute } from '../store/statistics/statistics-codec.ts';
import type { StatisticsSource } from '../store/statistics/statistics-source.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ViewRenderer } from '../views/view-renderer.ts';
import type { QueryData } from './query-thread.ts';
import { ThreadCalls } from './thread-calls.ts';

export interface QueryClientSettings extends Omit<QueryData, 'memorySources'> {
  readonly memory: readonly SpanSource[];
  /** Counted here, where nothing is persisted. */
  readonly statistics: StatisticsSource | undefined;
  /** Resolves once statistics on disk include all that was acknowledged. */
  readonly writeStatistics: () => Promise<void>;
  readonly log: Logger;
}

/** A store of closed partitions, a few indexes and blocks: what the query thread needs and no more. */
const HEAP_MIB_MAX = 1_024;

export class QueryClient implements ViewRenderer {
  readonly #settings: QueryClientSettings;
  #worker: Worker | undefined;
  #calls: ThreadCalls | undefined;

  constructor(settings: QueryClientSettings) {
    this.#settings = settings;
  }

  render<Result>(view: string, params: unknown, signal?: AbortSignal): Promise<Result> {
    return this.#thread().call('render', [view, params], signal);
  }

  renderJson(view: string, params: unknown, signal?: AbortSignal): Promise<string> {
    return this.#thread().call('renderJson', [view, params], signal);
  }

  storage(): Promise<StorageReport> {
    return this.#thread().call('storage');
  }

  inventory(): Promise<StorageInventory> {
    return this.#thread().call('inventory');
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#calls?.end(new Error('Synton is shutting down'));
    this.#calls = undefined;
    await worker?.terminate();
  }

  #thread(): ThreadCalls {
    if (this.#calls !== undefined) return this.#calls;
    const { memory, statistics, writeStatistics, log, ...data } = this.#settings;
    const worker = ownThread('./query-thread', import.meta.url, {
      name: 'synton-query',
      workerData: { ...data, memorySources: memory.length } satisfies QueryData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
    });
    worker.unref();
    const place = (index: number) => memory[index]!;
    const calls = new ThreadCalls(worker, {
      trace: (_, index: number, traceId: TraceId) => place(index).trace(traceId),
      mark: async (_, index: number, traceId: TraceId) => place(index).mark?.(traceId),
      find: (signal, index: number, filter: SpanFilter, page: { before: number; limit: number }) =>
        place(index).find(filter, page, signal),
      arrived: async (
        signal,
        index: number,
        filter: SpanFilter,
        page: { after: number; limit: number },
      ) => place(index).arrived?.(filter, page, signal),
      services: (_, index: number) => place(index).services(),
      operations: (_, index: number, service: string) => place(index).operations(service),
      catalogue: (_, index: number) => catalogueOf(place(index)),
      writeStatistics: () => writeStatistics(),
      minutes: (_, from: number, to: number) => encodedMinutes(statistics, from, to),
      warn: (_, message: string) => log.warn({}, message),
    });
    const ended = (error: Error) => {
      calls.end(error);
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#calls = undefined;
      log.error(
        { error: error.message },
        'the query thread ended; the next question starts it anew',
      );
    };
    worker.on('error', ended);
    worker.on('exit', () => ended(new Error('the query thread ended')));
    this.#worker = worker;
    this.#calls = calls;
    return calls;
  }
}

async function encodedMinutes(
  statistics: StatisticsSource | undefined,
  from: number,
  to: number,
): Promise<Uint8Array[]> {
  const encoded: Uint8Array[] = [];
  if (statistics === undefined) return encoded;
  for await (const minute of statistics.minutes(from, to)) encoded.push(encodeMinute(minute));
  return encoded;
}
