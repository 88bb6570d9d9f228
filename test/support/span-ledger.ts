/**
 * What a client was told is safe, written down only after the OK; and how what is found later compares.
 * A span sent as protobuf must be found with the very bytes that were sent; one sent as JSON with the same
 * values, as JSON has no bytes to keep.
 */
import { oracle } from './otlp-proto.ts';
import { rawSpansOf } from './raw-spans.ts';

export interface LedgerReport {
  /** Spans that the service has answered for. */
  readonly acked: number;
  /** Of these, found as they were sent. */
  readonly readable: number;
  /** Of these, not found. */
  readonly lost: number;
  /** Of these, found with other contents. */
  readonly changed: number;
  /** Found once more than once. */
  readonly duplicate: number;
  /** Found and sent, but never answered for: allowed. */
  readonly unacked: number;
  /** Found, but never sent like that. */
  readonly unknown: number;
}

interface Entry {
  readonly bytes: Buffer;
  readonly asJson: boolean;
}

export class SpanLedger {
  readonly #sent = new Map<string, Entry>();
  readonly #acked = new Map<string, Entry>();

  get size(): number {
    return this.#acked.size;
  }

  /** To be called with a request that is about to be sent. */
  send(request: Uint8Array, asJson = false): void {
    for (const { id, bytes } of rawSpansOf(request)) this.#sent.set(id, { bytes, asJson });
  }

  /** To be called with a request whose OK has arrived. */
  record(request: Uint8Array, asJson = false): void {
    for (const { id, bytes } of rawSpansOf(request)) this.#acked.set(id, { bytes, asJson });
  }

  compare(requests: Iterable<Uint8Array>): LedgerReport {
    const seen = new Set<string>();
    const wrong = new Set<string>();
    let duplicate = 0;
    let unacked = 0;
    let unknown = 0;
    for (const request of requests) {
      for (const { id, bytes } of rawSpansOf(request)) {
        const isRepeat = seen.has(id);
        if (isRepeat) duplicate++;
        seen.add(id);
        const acked = this.#acked.get(id);
        const sent = this.#sent.get(id);
        if (acked !== undefined) {
          if (!isSame(acked, bytes)) wrong.add(id);
        } else if (sent === undefined || !isSame(sent, bytes)) unknown++;
        else if (!isRepeat) unacked++;
      }
    }
    let lost = 0;
    for (const id of this.#acked.keys()) if (!seen.has(id)) lost++;
    const acked = this.#acked.size;
    return {
      acked,
      readable: acked - lost - wrong.size,
      lost,
      changed: wrong.size,
      duplicate,
      unacked,
      unknown,
    };
  }
}

function isSame(entry: Entry, found: Buffer): boolean {
  if (entry.bytes.equals(found)) return true;
  return entry.asJson && canonical(entry.bytes).equals(canonical(found));
}

function canonical(span: Uint8Array): Buffer {
  return Buffer.from(oracle.span.encode(oracle.span.decode(span)).finish());
}
