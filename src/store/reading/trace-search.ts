/**
 * One page of a search over several sources: traces by the arrival of their newest matching span.
 *
 * Each source is read downwards from the page's start. A match is taken up once every source has looked
 * at all arrivals at or above it, so the order is right whoever is faster. A trace comes once in a chain
 * of pages without the chain being remembered: the cursor carries the arrival at the top of the chain
 * and the place reached, and a trace with a matching span between the two was on an earlier page.
 * Bounds: ROUNDS_MAX calls a source and a number of candidates per page; then the page ends early. Where only a read tells whether a trace is
 * wanted there are more candidates a page, and LOOK_MS, after which the next round ends it.
 */
import { crc32 } from 'node:zlib';
import { InvalidParameter } from '../../model/errors.ts';
import type { TraceId } from '../../model/ids.ts';
import type { TraceSummary } from '../../model/trace-summary.ts';
import type { Steps } from '../../projection/in-turns.ts';
import type { SourceProgress, SpanMatch, SpanSource } from '../contracts/span-source.ts';
import type {
  SearchPage,
  SearchProgress,
  SpanFilter,
  TraceQuery,
} from '../contracts/trace-query.ts';
import type { GivenRecords } from './given-records.ts';
import { hasTaken } from './has-taken.ts';
import { KnownItems } from './known-items.ts';
import { OneByOne } from './one-by-one.ts';
import { decodeCursor, encodeCursor } from './page-cursor.ts';
import { type ReadOptions, readWhole } from './read-whole.ts';
import { SpanMatcher } from './span-matcher.ts';
import { TraceRecords } from './trace-records.ts';

export const LIMIT_DEFAULT = 20;
export const LIMIT_MAX = 1_000;
const ROUNDS_MAX = 8;
const CANDIDATES_SPARE = 256;
/** Of a search for how long traces took, which reads them to find out. */
const UNREAD_SPARE = 2_000;
const UNREAD_A_ROUND = 256;
const LOOK_MS = 1_000;
const CURSOR = 'search';
/** In place of a time that the cursor need not keep. */
const NO_TIME = '-';

/** @throws InvalidParameter on a limit out of range or a cursor that is not of this search */
export function searchTraces(
  sources: readonly SpanSource[],
  query: TraceQuery,
  signal: AbortSignal,
  large: OneByOne = new OneByOne(),
  known: KnownItems<TraceSummary> = new KnownItems(),
): Promise<SearchPage> {
  const { took, columns } = query;
  const options: MatchOptions<TraceSummary> = {
    ...{ signal, large, known },
    ...(took !== undefined && { isWanted: (trace) => hasTaken(trace, took) }),
  };
  return readMatches(sources, query, options, summariesWith(columns));
}

export interface MatchOptions<Item> extends Omit<ReadOptions, 'isKept'> {
  /** What was made of large traces before, by the columns of the query. */
  readonly known?: KnownItems<Item>;
  /** What cannot be told before a trace is read. @default all are */
  readonly isWanted?: (item: Item) => boolean;
}

/** The same, and of each trace that is found whatever `tell` makes of it. */
export function readMatches<Item>(
  sources: readonly SpanSource[],
  query: TraceQuery,
  options: MatchOptions<Item>,
  tell: TellTrace<Item>,
): Promise<Omit<SearchPage, 'items'> & { readonly items: readonly Item[] }> {
  return new TraceSearch(sources, query, options, tell).page();
}

export type TellTrace<Item> = (
  traceId: TraceId,
  trace: TraceRecords,
  given: GivenRecords,
) => Steps<Item>;

function summariesWith(columns: readonly string[] | undefined): TellTrace<TraceSummary> {
  return function* (traceId, trace, { beyond }) {
    const summary = yield* trace.summary(traceId, columns);
    return { ...summary, spanCount: summary.spanCount + beyond };
  };
}

/** Reads one source downwards. */
class SourceCursor {
  readonly source: SpanSource;
  /** Everything at or above it has been looked at. */
  reached: number;
  /** Undefined before the first call. */
  progress: SourceProgress | undefined;
  #matches: readonly SpanMatch[] = [];
  #at = 0;

  constructor(source: SpanSource, before: number) {
    this.source = source;
    this.reached = before;
  }

  get match(): SpanMatch | undefined {
    return this.#matches[this.#at];
  }

  pass(): void {
    this.#at++;
  }

  async readOn(filter: SpanFilter, limit: number, signal: AbortSignal): Promise<void> {
    const found = await this.source.find(filter, { before: this.reached, limit }, signal);
    const { examined } = found;
    this.#matches = [...this.#matches.slice(this.#at), ...found.matches];
    this.#at = 0;
    // A source that came no further than before would be asked for ever.
    this.reached = found.reachedArrival < this.reached ? found.reachedArrival : 0;
    this.progress = {
      ...examined,
      spans: (this.progress?.spans ?? 0) + examined.spans,
      blocksRead: (this.progress?.blocksRead ?? 0) + (examined.blocksRead ?? 0),
    };
  }
}

class TraceSearch<Item> {
  readonly #query: TraceQuery;
  readonly #options: MatchOptions<Item>;
  readonly #tell: TellTrace<Item>;
  readonly #limit: number;
  readonly #matcher: SpanMatcher;
  readonly #cursors: readonly SourceCursor[];
  readonly #sources: readonly SpanSource[];
  readonly #checksum: string;
  /** Of what is told of a trace. */
  readonly #kind: string;
  /** Where the page began, and the newest arrival of the chain; undefined on its first page. */
  readonly #start: number;
  #top: number | undefined;
  /** Everything at or above it has been dealt with. */
  #position: number;
  readonly #items: Item[] = [];
  readonly #seen = new Set<TraceId>();
  readonly #isUnread: boolean;
  readonly #spare: number;
  /** Matches of a call of a source. */
  readonly #roundLimit: number;
  #candidates = 0;

  constructor(
    sources: readonly SpanSource[],
    query: TraceQuery,
    options: MatchOptions<Item>,
    tell: TellTrace<Item>,
  ) {
    this.#sources = sources;
    this.#options = options;
    this.#tell = tell;
    this.#limit = query.limit ?? LIMIT_DEFAULT;
    if (!Number.isInteger(this.#limit) || this.#limit < 1 || this.#limit > LIMIT_MAX) {
      throw new InvalidParameter('limit', `a whole number from 1 to ${LIMIT_MAX}`);
    }
    this.#isUnread = options.isWanted !== undefined;
    this.#spare = this.#isUnread ? UNREAD_SPARE : CANDIDATES_SPARE;
    // One more than a page takes, so that a full page knows whether another follows.
    this.#roundLimit = Math.max(this.#limit + 1, this.#isUnread ? UNREAD_A_ROUND : 0);
    this.#checksum = checksumOf(query);
    this.#kind = JSON.stringify(query.columns ?? []);
    this.#start = Number.MAX_SAFE_INTEGER;
    this.#query = query;
    if (query.cursor !== undefined) {
      const [top, before, checksum, from] = decodeCursor('cursor', CURSOR, 4, query.cursor);
      if (checksum !== this.#checksum) {
        throw new InvalidParameter('cursor', 'it belongs to a search with other filters');
      }
      this.#top = Number(top);
      this.#start = Number(before);
      if (from !== NO_TIME) this.#query = { ...query, fromUnixNano: BigInt(from!) };
    }
    this.#matcher = new SpanMatcher(this.#query);
    this.#position = this.#start;
    this.#cursors = sources.map((source) => new SourceCursor(source, this.#start));
  }

  async page(): Promise<Omit<SearchPage, 'items'> & { readonly items: readonly Item[] }> {
    let rounds = 0;
    let isComplete = false;
    const until = this.#isUnread ? performance.now() + LOOK_MS : Number.POSITIVE_INFINITY;
    for (;;) {
      if (!(await this.#takeUp())) break;
      const frontier = this.#frontier();
      this.#position = Math.min(this.#position, frontier);
      isComplete = frontier === 0;
      if (isComplete || this.#items.length === this.#limit || rounds++ === ROUNDS_MAX) break;
      if (performance.now() > until) break;
      await this.#readOn(frontier);
    }
    const next = isComplete ? undefined : this.#next();
    return { items: this.#items, next, examined: this.#examined() };
  }

  #next(): string {
    const { lastNano, fromUnixNano } = this.#query;
    const from = lastNano === undefined ? NO_TIME : String(fromUnixNano ?? NO_TIME);
    const top = this.#top ?? this.#position - 1;
    return encodeCursor(CURSOR, [top, this.#position, this.#checksum, from]);
  }

  /** Deals with every match that is in order. False where the page is full. */
  async #takeUp(): Promise<boolean> {
    const frontier = this.#frontier();
    for (;;) {
      const cursor = this.#newest();
      const match = cursor?.match;
      if (!cursor || !match || match.arrival < frontier) return true;
      if (!this.#seen.has(match.traceId)) {
        if (this.#items.length === this.#limit) return false;
        if (this.#candidates++ > this.#limit + this.#spare) return false;
        await this.#consider(match);
      }
      cursor.pass();
      this.#position = match.arrival;
      if (this.#query.cursor === undefined) this.#top = Math.max(this.#top ?? 0, match.arrival);
    }
  }

  async #consider({ traceId }: SpanMatch): Promise<void> {
    this.#seen.add(traceId);
    const item = (await this.#known(traceId)) ?? (await this.#read(traceId));
    if (item === undefined || this.#options.isWanted?.(item) === false) return;
    this.#items.push(item);
  }

  async #known(traceId: TraceId): Promise<Item | undefined> {
    // A further page has to look whether the trace was on an earlier one.
    if (this.#query.cursor !== undefined) return undefined;
    return this.#options.known?.find(traceId, this.#kind);
  }

  #read(traceId: TraceId): Promise<Item | undefined> {
    const isKept = this.#options.known?.isAwaited(traceId, this.#kind) ?? false;
    return readWhole(this.#sources, traceId, { ...this.#options, isKept }, (given) =>
      this.#told(traceId, given),
    );
  }

  /** Undefined where the trace was on an earlier page, or does not match after all. */
  *#told(traceId: TraceId, given: GivenRecords): Steps<Item | undefined> {
    const trace = yield* TraceRecords.read(given.records);
    if (this.#query.cursor !== undefined) {
      const before = trace.hasMatchArrived(this.#matcher, this.#start, this.#top!);
      if (yield* before) return undefined;
    }
    // The copy that matched may have lost to another of the same span, or lie beyond what is read of a large trace.
    const isMatch = given.beyond > 0 || (yield* trace.hasMatch(this.#matcher));
    if (!isMatch) return undefined;
    const item = yield* this.#tell(traceId, trace, given);
    const { isAgreed } = trace.merged;
    const { holds, records } = given;
    this.#options.known?.add(traceId, this.#kind, records.length, { item, isAgreed, holds });
    return item;
  }

  async #readOn(frontier: number): Promise<void> {
    const behind = this.#cursors.filter((cursor) => cursor.reached === frontier);
    await Promise.all(
      behind.map((cursor) => cursor.readOn(this.#query, this.#roundLimit, this.#options.signal)),
    );
    this.#options.signal.throwIfAborted();
  }

  /** All sources have looked at everything at or above it. */
  #frontier(): number {
    return this.#cursors.reduce((highest, { reached }) => Math.max(highest, reached), 0);
  }

  #newest(): SourceCursor | undefined {
    let newest: SourceCursor | undefined;
    for (const cursor of this.#cursors) {
      if (!cursor.match) continue;
      if (!newest?.match || cursor.match.arrival > newest.match.arrival) newest = cursor;
    }
    return newest;
  }

  #examined(): SearchProgress {
    const memory = { spans: 0, of: 0 };
    const store = { spans: 0, of: 0, blocksRead: 0, blocksTotal: 0 };
    for (const { progress } of this.#cursors) {
      if (progress === undefined) continue;
      const sum = progress.where === 'memory' ? memory : store;
      sum.spans += progress.spans;
      sum.of += progress.of;
      store.blocksRead += progress.blocksRead ?? 0;
      store.blocksTotal += progress.blocksTotal ?? 0;
    }
    return { memory, store };
  }
}

/** Of everything that decides which spans match, but not of a time that the cursor itself keeps. */
function checksumOf(query: TraceQuery): string {
  const { limit: _limit, cursor: _cursor, columns: _columns, took, ...filter } = query;
  const taken = took && { minTookNano: took.minNano, maxTookNano: took.maxNano };
  const entries = Object.entries({ ...filter, ...taken })
    .filter(([key]) => key !== 'fromUnixNano' || filter.lastNano === undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify(entries, (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return crc32(text).toString(16);
}
