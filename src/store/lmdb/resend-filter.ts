/**
 * Drops spans whose very bytes were written lately: a sender that got no answer sends them again. Found by identity
 * (resend-window.ts), then compared with what was stored: of the open partition, and of the one before it.
 */
import { type SpanBatch, spanBytes } from '../../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import { batchOfBody, framesOf } from './block.ts';
import { decodeBody } from './body-format.ts';
import { ResendWindow, type SpanPlace } from './resend-window.ts';

/** A stored body, or undefined where it cannot be read any more. */
export type ReadBody = (place: SpanPlace) => Buffer | undefined;

export class ResendFilter {
  readonly #window = new ResendWindow();
  readonly #read: ReadBody;
  /** The block of the last candidate, decoded: a resend comes span after span. */
  #last: (SpanPlace & { readonly batch: SpanBatch | undefined }) | undefined;

  constructor(read: ReadBody) {
    this.#read = read;
  }

  /**
   * Clears BITS.kept on rows that were written lately or stand earlier in this batch, and keeps them out of statistics;
   * remembers the others as written at `next`. An entry whose commit then fails does no harm: its place will
   * not hold those bytes. Returns how many were dropped.
   */
  drop(batch: SpanBatch, next: SpanPlace): number {
    const { rows } = batch;
    let duplicates = 0;
    for (let row = 0; row < batch.count; row++) {
      const at = row * STRIDE;
      if ((rows[at + COLUMN.bits]! & BITS.kept) === 0) continue;
      const place = this.#window.find(rows, at);
      if (place !== undefined && this.#isStored(place, next, batch, row)) {
        rows[at + COLUMN.bits] = (rows[at + COLUMN.bits]! & ~BITS.kept) | BITS.counted;
        duplicates++;
      } else this.#window.add(rows, at, next.partition, next.block);
    }
    return duplicates;
  }

  #isStored(place: SpanPlace, next: SpanPlace, batch: SpanBatch, row: number): boolean {
    if (isSame(place, next)) return holdsSpan(batch, row, batch, row);
    const stored = this.#stored(place);
    return stored !== undefined && holdsSpan(stored, stored.count, batch, row);
  }

  #stored(place: SpanPlace): SpanBatch | undefined {
    if (this.#last === undefined || !isSame(this.#last, place))
      this.#last = { ...place, batch: decoded(this.#read(place)) };
    return this.#last.batch;
  }
}

function isSame(a: SpanPlace, b: SpanPlace): boolean {
  return a.partition === b.partition && a.block === b.block;
}

/** A damaged body holds nothing to compare with. */
function decoded(body: Buffer | undefined): SpanBatch | undefined {
  try {
    return body === undefined ? undefined : batchOfBody(decodeBody(body));
  } catch {
    return undefined;
  }
}

/** Whether one of the first `count` rows of `stored` is the very span, frames included, of a row. */
function holdsSpan(stored: SpanBatch, count: number, batch: SpanBatch, row: number): boolean {
  const at = row * STRIDE;
  for (let other = 0; other < count; other++) {
    const otherAt = other * STRIDE;
    if (!sameIdentity(stored.rows, otherAt, batch.rows, at)) continue;
    if (Buffer.compare(spanBytes(stored, other), spanBytes(batch, row)) !== 0) continue;
    const a = framesOf(stored, stored.rows[otherAt + COLUMN.scope]!);
    const b = framesOf(batch, batch.rows[at + COLUMN.scope]!);
    if (Buffer.compare(a.resource, b.resource) === 0 && Buffer.compare(a.scope, b.scope) === 0)
      return true;
  }
  return false;
}

function sameIdentity(a: Uint32Array, atA: number, b: Uint32Array, atB: number): boolean {
  for (let i = 0; i < 6; i++) if (a[atA + i] !== b[atB + i]) return false;
  return true;
}
