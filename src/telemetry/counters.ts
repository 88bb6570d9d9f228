/**
 * Synton's own counters: one described table, one row of 64-bit floats a thread.
 *
 * Hot, so a counter is an index into a Float64Array over shared memory; each thread writes its own row
 * alone and readers add the rows up. Exact below 2^53. Every drop raises `synton_dropped` under its
 * reason: nothing vanishes without a number that the user can see.
 */
export const DROP_REASONS = {
  sampled_out: 'outside the sample: held in memory only, until overwritten',
  ring_overwritten: 'left the in-memory ring without having been kept',
  ring_too_large: 'too large for the in-memory ring',
  invalid_id: 'trace or span id all zero or of the wrong length',
  span_limit: 'broke a limit (bytes or attributes of one span)',
  memory_store_full: 'the oldest spans of a store in memory, beyond its bound',
  duplicate: 'byte-equal resend of a span received shortly before',
  unsupported_logs: 'log records: not kept yet',
  unsupported_metrics: 'metric data points: not kept yet',
  open_spans_stale: 'spans of processes that are gone, beyond the bound of the table of open spans',
  open_spans_full: 'the oldest open spans, beyond the bound of their table',
  reports_lost: 'records of open spans that were not sent in time, or beyond a bound',
  buffer_full: 'the processor’s buffer was full',
  after_shutdown: 'ended after the processor was shut down',
  unreadable: 'reading an attribute of the span threw',
  undelivered: 'the processor gave up: nobody took them in time',
  queue_full: 'the in-memory forwarding queue was full',
  expired_unforwarded: 'expired before it could be forwarded',
  forward_refused: 'refused by the destination for good and set aside as a dead letter',
  forward_rejected: 'accepted by the destination only in part',
  dead_letters_full: 'the oldest dead letters, beyond their bound',
  damaged: 'lost with a damaged block or partition',
} as const;
export type DropReason = keyof typeof DROP_REASONS;

const DROPS = Object.keys(DROP_REASONS) as DropReason[];

const PLAIN = {
  spans_received: 'Spans received over every receiver',
  spans_kept: 'Spans made durable (or buffered, with persistence off)',
  spans_promoted: 'Spans kept because their trace showed an error',
  requests: 'Requests received',
  requests_invalid: 'Requests that could not be read',
  requests_busy: 'Requests refused because of overload or a full disk',
  flushes: 'Group commits',
  bytes_received: 'Bytes of requests after decompression',
  bytes_written: 'Bytes of compressed blocks written',
  partitions_expired: 'Partitions removed by retention',
  partitions_damaged: 'Partitions or blocks set aside as damaged',
  partitions_rewritten: 'Closed partitions rewritten into columns',
  spans_rewritten: 'Spans of rewritten partitions',
  rewrites_failed: 'Closed partitions that could not be rewritten, and stay as they are',
  rewrite_milliseconds: 'Time that rewriting worked, waiting not counted',
  set_aside_removed: 'Damaged partitions that had been set aside and were removed',
  statistics_keys_capped: 'Spans counted under (other) because a minute had too many operations',
  spans_forwarded: 'Spans that a destination accepted',
  forward_retries: 'Requests to a destination that were sent again',
} as const;
export type PlainCounter = keyof typeof PLAIN;

const PLAINS = Object.keys(PLAIN) as PlainCounter[];
const WIDTH = PLAINS.length + DROPS.length;
const THREADS_MAX = 16;

/** Which counters exist and what they mean; /metrics and the docs are made from it. */
export const COUNTER_TABLE: Readonly<Record<PlainCounter, string>> = PLAIN;

export class Counters {
  readonly #memory: SharedArrayBuffer;
  readonly #all: Float64Array;
  readonly #own: Float64Array;

  /** Without `memory`: a new table, this thread its first writer. With it: writer number `thread`. */
  constructor(memory?: SharedArrayBuffer, thread = 0) {
    if (thread >= THREADS_MAX) throw new RangeError(`at most ${THREADS_MAX} threads count`);
    this.#memory = memory ?? new SharedArrayBuffer(WIDTH * THREADS_MAX * 8);
    this.#all = new Float64Array(this.#memory);
    this.#own = this.#all.subarray(thread * WIDTH, (thread + 1) * WIDTH);
  }

  /** Hand it to a worker, with a thread number no other writer has. */
  get memory(): SharedArrayBuffer {
    return this.#memory;
  }

  add(counter: PlainCounter, amount = 1): void {
    const at = PLAINS.indexOf(counter);
    this.#own[at] = this.#own[at]! + amount;
  }

  drop(reason: DropReason, amount = 1): void {
    const at = PLAINS.length + DROPS.indexOf(reason);
    this.#own[at] = this.#own[at]! + amount;
  }

  value(counter: PlainCounter): number {
    return this.#sum(PLAINS.indexOf(counter));
  }

  dropped(reason: DropReason): number {
    return this.#sum(PLAINS.length + DROPS.indexOf(reason));
  }

  /** Every reason with its count, zeros included. */
  allDropped(): Record<DropReason, number> {
    return Object.fromEntries(DROPS.map((reason) => [reason, this.dropped(reason)])) as Record<
      DropReason,
      number
    >;
  }

  #sum(at: number): number {
    let total = 0;
    for (let i = at; i < this.#all.length; i += WIDTH) total += this.#all[i]!;
    return total;
  }
}
