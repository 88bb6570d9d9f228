/**
 * Reads a trace with its outline. Two that ask for one trace at once have it outlined once; another time it is
 * known already, if nothing of it has changed. Bounds: SPANS_MAX records a trace, of a larger one the first to
 * arrive; see OutlineCache for what is kept.
 */
import type { TraceId } from '../../model/ids.ts';
import { inTurns } from '../../projection/in-turns.ts';
import { outlineTrace } from '../../projection/outline-trace.ts';
import { scanRecords } from '../../projection/scan-records.ts';
import { traceColumns } from '../../projection/trace-columns.ts';
import type { SpanRecord, Trace } from '../contracts/span-record.ts';
import type { SpanSource } from '../contracts/span-source.ts';
import { type MergedRecords, mergeRecords } from './merge-records.ts';
import { OutlineCache } from './outline-cache.ts';

/** 180 bytes a span while its trace is outlined. */
export const SPANS_MAX = 500_000;

export class TraceLoader {
  readonly #sources: readonly SpanSource[];
  readonly #spansMax: number;
  readonly #cache = new OutlineCache();
  /** Traces that are being outlined. */
  readonly #underway = new Map<TraceId, Promise<void>>();

  constructor(sources: readonly SpanSource[], spansMax: number = SPANS_MAX) {
    this.#sources = sources;
    this.#spansMax = spansMax;
  }

  async load(traceId: TraceId, signal?: AbortSignal): Promise<Trace | undefined> {
    signal?.throwIfAborted();
    while (this.#underway.has(traceId)) {
      await this.#underway.get(traceId);
      signal?.throwIfAborted();
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#underway.set(traceId, promise);
    try {
      return await this.#load(traceId, signal);
    } finally {
      this.#underway.delete(traceId);
      resolve();
    }
  }

  async #load(traceId: TraceId, signal?: AbortSignal): Promise<Trace | undefined> {
    const all = await recordsOf(this.#sources, traceId);
    if (all.length === 0) return undefined;
    const given = firstToArrive(all, this.#spansMax);
    const beyond = all.length - given.length;
    const known = this.#cache.find(traceId, given);
    if (known !== undefined && known.outline.summary.spanCount === known.outline.count + beyond) {
      return { traceId, ...known, spanCount: known.outline.summary.spanCount };
    }
    const { merged, outline } = await inTurns(outlined(traceId, given, beyond), signal);
    this.#cache.add(traceId, given, merged, outline);
    return { traceId, records: merged.records, outline, spanCount: outline.count + beyond };
  }
}

function* outlined(traceId: TraceId, given: readonly SpanRecord[], beyond: number) {
  const scanned = yield* scanRecords(given);
  const merged: MergedRecords = yield* mergeRecords(given, scanned);
  const { records, rowOf } = merged;
  const columns = yield* traceColumns(records, scanned, rowOf);
  const outline = yield* outlineTrace(traceId, columns, records, records.length + beyond);
  return { merged, outline };
}

function firstToArrive(records: readonly SpanRecord[], spansMax: number): readonly SpanRecord[] {
  if (records.length <= spansMax) return records;
  return [...records].sort((a, b) => a.arrival - b.arrival).slice(0, spansMax);
}

/** From every place, duplicates included; the place with the oldest first, so that little is left to sort. */
export async function recordsOf(
  sources: readonly SpanSource[],
  traceId: TraceId,
): Promise<readonly SpanRecord[]> {
  const lists = await Promise.all(sources.map((source) => source.trace(traceId)));
  const held = lists.filter((list) => list.length > 0);
  if (held.length === 1) return held[0]!;
  return held.sort((a, b) => a[0]!.arrival - b[0]!.arrival).flat();
}
