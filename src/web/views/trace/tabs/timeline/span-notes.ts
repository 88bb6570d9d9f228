/**
 * What the outline does not tell of a span and the timeline shows: when its events were, and whom it called. Asked for when rows come to rest on
 * the screen, some pages of neighbours at a time; the oldest of NOTES_MAX are forgotten.
 */
import { API, askJson, urlOf } from '../../../../data/api.ts';
import { FLAG, type Outline, spanIdAt } from '../../../../data/outline.ts';
import type { TraceSpan } from '../../../../data/wire.ts';
import { peerOf } from '../../details/peer-of.ts';

export interface SpanNote {
  /** Nanoseconds from the start of the trace. */
  readonly events: readonly { readonly at: number; readonly isError: boolean }[];
  /** Who was called and says nothing of it by itself. */
  readonly peer: string | undefined;
}

const NOTES_MAX = 2_000;
const REST_MS = 120;
const PAGES_A_REST = 4;
const PAGE_ROWS_MAX = 64;
/** Rows of which nothing is wanted, between two of which something is. */
const GAP_MAX = 12;
const DATABASE_QUERY = 2;
const EXTERNAL_CALL = 3;

export class SpanNotes {
  readonly #traceId: string;
  readonly #onChange: () => void;
  readonly #notes = new Map<string, SpanNote>();
  #asking = new AbortController();
  #timer: number | undefined;

  constructor(traceId: string, onChange: () => void) {
    this.#traceId = traceId;
    this.#onChange = onChange;
  }

  of(outline: Outline, row: number): SpanNote | undefined {
    return isWanted(outline, row) ? this.#notes.get(spanIdAt(outline, row)) : undefined;
  }

  /** These rows are on the screen; another call before they come to rest takes its place. */
  want(outline: Outline, rows: Int32Array): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#ask(outline, rows), REST_MS);
  }

  /** Of a newer outline, what is known may have changed. */
  forget(): void {
    this.#notes.clear();
  }

  close(): void {
    window.clearTimeout(this.#timer);
    this.#asking.abort();
  }

  async #ask(outline: Outline, rows: Int32Array): Promise<void> {
    this.#asking.abort();
    const given = new AbortController();
    this.#asking = given;
    for (const { first, end } of this.#pagesOf(outline, rows)) {
      try {
        await this.#askPage(outline, first, end, given.signal);
      } catch {
        // A note is an extra: what it would have told stands in the details too.
        return;
      }
      this.#onChange();
    }
  }

  async #askPage(outline: Outline, first: number, end: number, signal: AbortSignal): Promise<void> {
    // The cursor of the API: the span before the page, and how many are before it.
    const after = first > 0 ? `${spanIdAt(outline, first - 1)}-${first}` : undefined;
    const url = urlOf(`${API}/export/${this.#traceId}`, {
      ...{ format: 'json', limit: end - first },
      after,
    });
    const { spans } = await askJson<{ readonly spans: readonly TraceSpan[] }>(url, signal);
    for (const [at, span] of spans.entries()) {
      const row = first + at;
      // A trace that has changed meanwhile has other rows there.
      if (row >= outline.rowCount || span.spanId !== spanIdAt(outline, row)) break;
      this.#keep(span.spanId, noteOf(span, outline.start[row]!));
    }
  }

  #keep(id: string, note: SpanNote): void {
    this.#notes.delete(id);
    this.#notes.set(id, note);
    for (const oldest of this.#notes.keys()) {
      if (this.#notes.size <= NOTES_MAX) break;
      this.#notes.delete(oldest);
    }
  }

  #pagesOf(outline: Outline, rows: Int32Array): { first: number; end: number }[] {
    const pages: { first: number; end: number }[] = [];
    for (const row of rows) {
      if (!isWanted(outline, row) || this.#notes.has(spanIdAt(outline, row))) continue;
      const page = pages.at(-1);
      if (page && row - page.end <= GAP_MAX && row - page.first < PAGE_ROWS_MAX) page.end = row + 1;
      else if (pages.length < PAGES_A_REST) pages.push({ first: row, end: row + 1 });
    }
    return pages;
  }
}

function isWanted({ flags, kind, childCount }: Outline, row: number): boolean {
  if ((flags[row]! & FLAG.hasEvents) !== 0) return true;
  return childCount[row] === 0 && (kind[row] === EXTERNAL_CALL || kind[row] === DATABASE_QUERY);
}

/** Times of a span are as its own clock had them; a trace's may be adjusted. */
function noteOf(span: TraceSpan, start: number): SpanNote {
  const began = BigInt(span.startUnixNano);
  return {
    events: span.events
      .filter(({ type }) => type !== 'Enter' && type !== 'Exit')
      .map(({ type, atUnixNano }) => ({
        at: start + Number(BigInt(atUnixNano) - began),
        isError: type === 'Error',
      })),
    peer: peerOf(span),
  };
}
