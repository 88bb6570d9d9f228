/** What became of a request. Expected outcomes are values; only bugs and I/O faults throw. */
export type ConsumeResult =
  /** Every kept span is durable (or buffered, with persistence off). */
  | { readonly status: 'accepted' }
  /** The rest is accepted; the client must not send the rejected ones again. */
  | { readonly status: 'partial'; readonly rejectedSpans: number; readonly reason: string }
  /** Nothing was accepted; the client may send it again after the delay. */
  | { readonly status: 'busy'; readonly retryAfterMs: number; readonly reason: string }
  /** Nothing was accepted, and the same bytes never will be. */
  | { readonly status: 'invalid'; readonly reason: string };
