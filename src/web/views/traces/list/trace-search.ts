/**
 * One search: asks for its pages, takes in what arrives, and remembers where its reader was, so that Back finds the list as it was left. Some
 * are kept for that. What arrives waits while the list is held: while somebody points at it, has chosen a row, or has scrolled away from the top.
 */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { API, askJson, type Query, urlOf } from '../../../data/api.ts';
import { ApiError } from '../../../data/api-error.ts';
import type { TailTraces } from '../../../data/tail.ts';
import { LIST_ORDERS, type ListOrder, type OrderName } from './list-order.ts';
import { EMPTY, type SearchPage, type TraceListState } from './trace-list-state.ts';

const KEPT_MAX = 4;
/** Where so much arrives that some is only counted, the first page is asked for again. */
const CATCH_UP_MS = 1_000;

export class TraceSearch {
  readonly query: Query;
  readonly #order: ListOrder;
  /** The chosen row. */
  readonly selected: Signal<string | undefined> = signal(undefined);
  /** Pixels, for whoever comes back. */
  scrollTop = 0;
  readonly #state = signal(EMPTY);
  readonly #isLoading = signal(false);
  readonly #hasLoaded = signal(false);
  readonly #error = signal<Error | undefined>(undefined);
  #isHeld = false;
  #asking: AbortController | undefined;
  #loaded: Promise<void> = Promise.resolve();
  #catchUp: number | undefined;

  constructor(query: Query, order: OrderName) {
    this.query = query;
    this.#order = LIST_ORDERS[order];
  }

  get order(): OrderName {
    return this.#order.name;
  }

  get state(): ReadonlySignal<TraceListState> {
    return this.#state;
  }

  get isLoading(): ReadonlySignal<boolean> {
    return this.#isLoading;
  }

  /** There is something to show, if only that nothing was found. */
  get hasLoaded(): ReadonlySignal<boolean> {
    return this.#hasLoaded;
  }

  /** Why the newest asking failed. */
  get error(): ReadonlySignal<Error | undefined> {
    return this.#error;
  }

  /** The first page, or anew: what is there stays, what is newer comes in above it. */
  load(): Promise<void> {
    this.#loaded = this.#load();
    return this.#loaded;
  }

  /** What came since the newest asking for the first page began; `hasGap`: or in any time. */
  async refresh(hasGap: boolean): Promise<void> {
    await this.#loaded;
    if (hasGap || this.order === 'newest') return await this.load();
    // All that came meanwhile is among the newest, which are had for less.
    const page = await this.#ask(undefined, LIST_ORDERS.newest);
    if (page !== undefined) this.arrive({ items: page.items, more: 0 });
  }

  /** The page beneath what there is, if there is one. One at a time. */
  async more(): Promise<void> {
    const { next } = this.#state.peek();
    if (next === undefined || this.#isLoading.peek()) return;
    const page = await this.#ask(next);
    if (page !== undefined) this.#state.value = this.#order.withPage(this.#state.peek(), page);
  }

  /** What failed, once more. */
  async retry(): Promise<void> {
    if (this.#hasLoaded.peek() && this.#state.peek().next !== undefined) await this.more();
    else await this.load();
  }

  /** As if nothing had been asked yet. */
  async anew(): Promise<void> {
    const page = await this.#ask(undefined);
    if (page !== undefined) this.#state.value = this.#order.withPage(EMPTY, page);
  }

  arrive(traces: TailTraces): void {
    const state = this.#order.withArrived(this.#state.peek(), traces);
    const isHeld = this.#isHeld && state.items.length > 0;
    this.#state.value = isHeld ? state : this.#order.withReleased(state);
    this.#hasLoaded.value ||= state.items.length + state.waiting.length > 0;
    if (traces.more === 0 || this.order === 'slowest') return;
    this.#catchUp ??= window.setTimeout(() => this.#caughtUp(), CATCH_UP_MS);
  }

  /** Whether what arrives has to wait. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld) this.release();
  }

  release(): void {
    const state = this.#state.peek();
    if (state.hasHole) void this.anew();
    else this.#state.value = this.#order.withReleased(state);
  }

  stop(): void {
    this.#asking?.abort();
    window.clearTimeout(this.#catchUp);
    this.#catchUp = undefined;
  }

  #caughtUp(): void {
    this.#catchUp = undefined;
    void this.load();
  }

  async #load(): Promise<void> {
    const before = this.#state.peek();
    const page = await this.#ask(undefined);
    if (page === undefined) return;
    const given = { page, before, isHeld: this.#isHeld };
    this.#state.value = this.#order.withFirstPage(this.#state.peek(), given);
    this.#hasLoaded.value = true;
  }

  async #ask(
    cursor: string | undefined,
    { path, limit } = this.#order,
  ): Promise<SearchPage | undefined> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#isLoading.value = true;
    try {
      const url = urlOf(`${API}${path}`, { ...this.query, limit, cursor });
      const page = await askJson<SearchPage>(url, asking.signal);
      if (asking.signal.aborted) return undefined;
      this.#error.value = undefined;
      return page;
    } catch (error) {
      if (asking.signal.aborted) return undefined;
      this.#error.value = error instanceof Error ? error : ApiError.malformed(String(error), 0);
      return undefined;
    } finally {
      if (this.#asking === asking) this.#isLoading.value = false;
    }
  }
}

const kept = new Map<string, TraceSearch>();

/** The search of a query. The one that was left, for whoever comes back to it; a new one else. */
export function traceSearch(query: Query, order: OrderName, isReturn: boolean): TraceSearch {
  const key = urlOf(order, query);
  const left = isReturn ? kept.get(key) : undefined;
  const search = left ?? new TraceSearch(query, order);
  kept.delete(key);
  kept.set(key, search);
  for (const oldest of [...kept.keys()].slice(0, -KEPT_MAX)) kept.delete(oldest);
  return search;
}
