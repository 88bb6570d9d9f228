/**
 * Spans on their way to a destination while persistence is off: a bounded queue in memory that a
 * forwarder reads as a log. A batch that does not fit is refused whole; saving a cursor frees what lies
 * before it. It serves one forwarder.
 *
 * It owns its bytes: only kept spans are copied, in requests of at most REQUEST_BYTES_MAX.
 */
import type { SpanBatch } from '../../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import { spliceTraceState } from '../../otlp/splice-trace-state.ts';
import { type FramedSpan, writeTraces } from '../../otlp/write-traces.ts';
import type { LogChunk, LogCursor, SpanLog } from '../../store/contracts/span-log.ts';
import type { TraceWriter, WriteResult } from '../../store/contracts/trace-writer.ts';
import type { CursorStore } from './cursor-store.ts';
import { framedSpans, type RequestPart } from './split-request.ts';

const REQUEST_BYTES_MAX = 3.5 * 1024 * 1024;
const RETRY_AFTER_MS = 1000;

export class MemoryQueue implements SpanLog, CursorStore, TraceWriter {
  readonly #bytesMax: number;
  /** The first of them has the number `#first`; numbers are the cursors' blocks. */
  readonly #parts: RequestPart[] = [];
  #first = 0;
  #bytes = 0;
  readonly #waiters = new Set<() => void>();

  /** @default 64 MiB */
  constructor(bytesMax: number = 64 * 1024 * 1024) {
    this.#bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `durable` means queued here. */
  write(batch: SpanBatch): Promise<WriteResult> {
    return Promise.resolve(
      this.offer(batch)
        ? { status: 'durable' }
        : { status: 'busy', retryAfterMs: RETRY_AFTER_MS, reason: 'the forwarding queue is full' },
    );
  }

  /** The kept spans of a batch, all or none: false where they do not fit. */
  offer(batch: SpanBatch): boolean {
    return this.push(keptParts(batch));
  }

  /** All of it or nothing: false where it is full. The parts belong to the queue from now on. */
  push(parts: readonly RequestPart[]): boolean {
    let bytes = 0;
    for (const part of parts) bytes += part.request.length;
    if (this.#bytes + bytes > this.#bytesMax) return false;
    this.#bytes += bytes;
    this.#parts.push(...parts);
    for (const waiter of this.#waiters) waiter();
    return true;
  }

  read(cursor: LogCursor, bytesMax: number): Promise<LogChunk | undefined> {
    const first = Math.max(cursor.block, this.#first);
    const taken: Uint8Array[] = [];
    let length = 0;
    let spanCount = 0;
    for (let i = first - this.#first; i < this.#parts.length; i++) {
      const part = this.#parts[i]!;
      if (taken.length > 0 && length + part.request.length > bytesMax) break;
      taken.push(part.request);
      length += part.request.length;
      spanCount += part.spanCount;
    }
    if (taken.length === 0) return Promise.resolve(undefined);
    return Promise.resolve({
      // Requests joined end to end are a request: their ResourceSpans follow each other.
      request: taken.length === 1 ? taken[0]! : Buffer.concat(taken, length),
      spanCount,
      from: cursorAt(first),
      next: cursorAt(first + taken.length),
      expiredSpans: 0,
      damagedSpans: 0,
    });
  }

  end(): Promise<LogCursor> {
    return Promise.resolve(cursorAt(this.#first + this.#parts.length));
  }

  oldest(): Promise<LogCursor> {
    return Promise.resolve(cursorAt(this.#first));
  }

  waitFor(cursor: LogCursor, signal: AbortSignal): Promise<void> {
    if (signal.aborted || cursor.block < this.#first + this.#parts.length) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiters.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiters.add(done);
      signal.addEventListener('abort', done);
    });
  }

  load(): Promise<LogCursor> {
    return this.oldest();
  }

  /** Frees what lies before the cursor. */
  save(cursor: LogCursor): Promise<void> {
    for (const part of this.#parts.splice(0, Math.max(0, cursor.block - this.#first)))
      this.#bytes -= part.request.length;
    this.#first = Math.max(this.#first, cursor.block);
    return Promise.resolve();
  }
}

function cursorAt(block: number): LogCursor {
  return { partition: 0, block, ordinal: 0 };
}

/** The rows that are kept, as requests of their own. */
function keptParts(batch: SpanBatch): RequestPart[] {
  const parts: RequestPart[] = [];
  let run: FramedSpan[] = [];
  let runBytes = 0;
  const close = (): void => {
    if (run.length > 0) parts.push({ request: writeTraces(run), spanCount: run.length });
    run = [];
    runBytes = 0;
  };
  for (const [row, framed] of framedSpans(batch).entries()) {
    const bits = batch.rows[row * STRIDE + COLUMN.bits]!;
    if ((bits & BITS.kept) === 0) continue;
    const span = bits & BITS.raised ? spliceTraceState(framed.span, batch.threshold) : framed.span;
    // Frames are shared by neighbours more often than not: counted in full they are an upper bound.
    const bytes = span.length + framed.resource.length + framed.scope.length + 32;
    if (runBytes + bytes > REQUEST_BYTES_MAX) close();
    run.push({ ...framed, span });
    runBytes += bytes;
  }
  close();
  return parts;
}
