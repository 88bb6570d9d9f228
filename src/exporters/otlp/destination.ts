/**
 * What a destination made of one request. Only the destination knows its protocol's codes; what to do
 * next (wait, split, set aside) is the forwarder's.
 */
export type SendResult =
  /** Accepted, but for `rejectedSpans`, which are not to be sent again. */
  | { readonly status: 'sent'; readonly rejectedSpans: number; readonly message?: string }
  /** Not now. `afterMs`: how long the peer asks to be left alone. */
  | { readonly status: 'retry'; readonly afterMs?: number; readonly reason: string }
  /** Too many bytes in one request. */
  | { readonly status: 'too_large'; readonly reason: string }
  /** For good. `request`: something in it is at fault; `endpoint`: whatever is sent there would be. */
  | {
      readonly status: 'refused';
      readonly about: 'request' | 'endpoint';
      readonly code: string;
      readonly reason: string;
    };

/** Somewhere that takes ExportTraceServiceRequests. Several sends may overlap. */
export interface Destination {
  /** Never rejects. The bytes are not kept after it resolves; an aborted signal ends it soon, as a retry. */
  send(request: Uint8Array, spanCount: number, signal: AbortSignal): Promise<SendResult>;
  /** Lets go of connections. Legal without a send, and twice. */
  close(): Promise<void>;
}
