/**
 * Reads a trace with its outline. Two that ask for one trace at once have it outlined once; another time it is
 * known already, if nothing of it has changed, and none of its records is read before it is shown. Bounds: those of
 * GivenRecords for a trace, of OutlineCache for what is kept; of large traces one is read at a time.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { TraceId } from '../../model/ids.ts';
import { inTurns } from '../../projection/in-turns.ts';
import { outlineTrace } from '../../projection/outline-trace.ts';
import { scanRecords } from '../../projection/scan-records.ts';
import { traceColumns } from '../../projection/trace-columns.ts';
import type { Trace } from '../contracts/span-record.ts';
import type { SpanSource } from '../contracts/span-source.ts';
import { GivenRecords, SPANS_MAX } from './given-records.ts';
import { KnownTrace } from './known-trace.ts';
import { type MergedRecords, mergeRecords } from './merge-records.ts';
import type { OneByOne } from './one-by-one.ts';
import { OutlineCache } from './outline-cache.ts';

const REVISION_LENGTH = 22;

export class TraceLoader {
  readonly #sources: readonly SpanSource[];
  readonly #spansMax: number;
  readonly #cache = new OutlineCache();
  /** Traces that are being outlined. */
  readonly #underway = new Map<TraceId, Promise<void>>();
  readonly #large: OneByOne;
  /** Places in memory mark what they hold by numbers that begin anew with each life. */
  readonly #life = randomBytes(16);

  /** `large` is shared with whoever else reads whole traces. */
  constructor(sources: readonly SpanSource[], large: OneByOne, spansMax: number = SPANS_MAX) {
    this.#large = large;
    this.#sources = sources;
    this.#spansMax = spansMax;
  }

  /** See TraceReader.revision. */
  async revision(traceId: TraceId): Promise<string | undefined> {
    const asked = this.#sources.map(async (source) => source.mark?.(traceId));
    const marks = await Promise.all(asked);
    if (marks.includes(undefined)) return undefined;
    const hash = createHash('sha256').update(this.#life).update(JSON.stringify(marks));
    return hash.digest('base64url').slice(0, REVISION_LENGTH);
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
      // Asked before anything is read: what comes between the two makes another.
      const revision = await this.revision(traceId);
      return (
        (await this.#known(traceId, revision)) ?? (await this.#load(traceId, revision, signal))
      );
    } finally {
      this.#underway.delete(traceId);
      resolve();
    }
  }

  /** Undefined where it is not known, or has changed. */
  async #known(traceId: TraceId, revision: string | undefined): Promise<Trace | undefined> {
    const known = this.#cache.find(traceId);
    if (known === undefined || !(await known.holds())) return undefined;
    const { outline, spanCount } = known;
    const read = (indexes: readonly number[]) => known.read(indexes);
    return { traceId, records: [], read, outline, spanCount, revision: revision ?? known.contents };
  }

  async #load(
    traceId: TraceId,
    revision: string | undefined,
    signal?: AbortSignal,
  ): Promise<Trace | undefined> {
    const place = this.#large.place();
    try {
      const bound = { spansMax: this.#spansMax, roomForMany: () => place.take() };
      const given = await GivenRecords.ask(this.#sources, traceId, bound, signal);
      if (given.records.length === 0) return undefined;
      let known = this.#cache.find(traceId);
      if (known?.isOf(given) !== true) {
        this.#cache.delete(traceId);
        const { merged, outline } = await inTurns(outlined(traceId, given), signal);
        known = new KnownTrace(outline, merged, given);
      }
      this.#cache.add(traceId, known);
      const { outline, spanCount } = known;
      const records = known.all(given.records);
      return { traceId, records, outline, spanCount, revision: revision ?? known.contents };
    } finally {
      place.leave();
    }
  }
}

function* outlined(traceId: TraceId, { records: given, beyond }: GivenRecords) {
  const scanned = yield* scanRecords(given);
  const merged: MergedRecords = yield* mergeRecords(given, scanned);
  const { records, rowOf } = merged;
  const columns = yield* traceColumns(records, scanned, rowOf);
  const outline = yield* outlineTrace(traceId, columns, records, records.length + beyond);
  return { merged, outline };
}
