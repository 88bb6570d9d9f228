/** A data directory whose partitions lie in columns, made without threads; and the service's own store opened over it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type TraceId, traceIdOfWords } from '../../src/model/ids.ts';
import { STRIDE } from '../../src/otlp/span-columns.ts';
import { CommitSignal } from '../../src/store/commit-signal.ts';
import { LmdbStore, type LmdbStoreSettings } from '../../src/store/lmdb/lmdb-store.ts';
import { partitionPath } from '../../src/store/lmdb/partition-path.ts';
import { PartitionWriter } from '../../src/store/lmdb/partition-writer.ts';
import { rewritePartition } from '../../src/store/lmdb/rewriting/rewrite-partition.ts';
import { Counters } from '../../src/telemetry/counters.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import { ManualClock } from './manual-clock.ts';
import { realisticRequest } from './otlp-request.ts';
import { type TestHost, testHost } from './receiver-host.ts';
import { scannedBatch } from './scanned-batch.ts';
import { type Answers, answersOf, type Questions } from './stored-answers.ts';

export interface RewrittenStore {
  readonly path: string;
  readonly questions: Questions;
  readonly before: Answers;
}

export interface RewrittenOptions {
  /** Commits, of `spans` spans each, a partition. @default [3, 3] */
  readonly commits?: readonly number[];
  /** @default 24 */
  readonly spans?: number;
  /** Whether the partitions are rewritten. @default true */
  readonly isRewritten?: boolean;
  /** Whether searches are among the questions: they take the longest. @default true */
  readonly isSearched?: boolean;
}

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'synton-rewritten-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export const noPause = async (): Promise<void> => {};

export async function rewrittenStore(options: RewrittenOptions = {}): Promise<RewrittenStore> {
  const { commits = [3, 3], spans = 24, isRewritten = true, isSearched = true } = options;
  const path = folder();
  const writer = new PartitionWriter(
    { path, encoding: 'otlp', maxAgeMs: 0, maxBytes: 1e12 },
    { clock: new ManualClock(), counters: new Counters(), log: silentLogger },
  );
  const traces = new Set<TraceId>();
  let arrivalFirst = 1;
  for (const count of commits) {
    for (let i = 0; i < count; i++) {
      const batch = scannedBatch(realisticRequest({ spans, seed: arrivalFirst }), { arrivalFirst });
      for (let row = 0; row < batch.count; row++)
        traces.add(traceIdOfWords(batch.rows, row * STRIDE));
      writer.commit(batch);
      arrivalFirst += batch.count;
    }
    writer.flushStatistics();
    await writer.closePartition();
  }
  if (isRewritten)
    for (const { number } of writer.catalogue.partitions())
      writer.rewritten(number, await rewritePartition(partitionPath(path, number), noPause));
  await writer.close();
  const day = 86_400_000_000_000n;
  const from = 1_767_312_000_000_000_000n;
  const questions: Questions = {
    traces: [...traces],
    filters: isSearched
      ? [{}, { status: 'Failed' }, { attributes: [{ key: 'http.request.method', value: 'GET' }] }]
      : [],
    ranges: [{ fromUnixNano: from, toUnixNano: from + day }],
    chunkBytes: [4_000, 1 << 20],
  };
  return { path, questions, before: await answersOf(path, new CommitSignal(), questions) };
}

export interface OpenedStore {
  readonly store: LmdbStore;
  readonly host: TestHost;
  /** What was said beyond what is usual. */
  said(): string[];
}

/** Shut down with the test. */
export async function openStore(
  path: string,
  settings: Partial<LmdbStoreSettings> = {},
): Promise<OpenedStore> {
  const host = testHost();
  const store = new LmdbStore({
    ...{ path, encoding: 'otlp', maxAgeMs: 0, maxBytes: 1e12, counterThread: 1 },
    ...settings,
  });
  await store.start(host);
  onTestFinished(() => store.shutdown(AbortSignal.timeout(10_000)));
  const said = () =>
    host.log.lines
      .filter(({ level }) => level !== 'info')
      .map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`);
  return { store, host, said };
}
