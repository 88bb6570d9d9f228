/**
 * Traces that were looked at lately, so that paging through a large one does not scan it for every page. Records are not kept
 * but where they lie in memory only. Bound: `bytesMax`; the least lately used go first.
 */
import type { TraceId } from '../../model/ids.ts';
import type { KnownTrace } from './known-trace.ts';

const OUTLINE_BYTES_MAX = 64 * 1024 * 1024;

export class OutlineCache {
  readonly #bytesMax: number;
  /** The least lately used first. */
  readonly #known = new Map<TraceId, { readonly trace: KnownTrace; readonly bytes: number }>();
  #bytes = 0;

  constructor(bytesMax: number = OUTLINE_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  find(traceId: TraceId): KnownTrace | undefined {
    const known = this.#known.get(traceId);
    if (known === undefined) return undefined;
    this.#known.delete(traceId);
    this.#known.set(traceId, known);
    return known.trace;
  }

  /** In place of what was known of it. */
  add(traceId: TraceId, trace: KnownTrace): void {
    const { bytes } = trace;
    this.delete(traceId);
    this.#known.set(traceId, { trace, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#known.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.delete(oldest);
    }
  }

  delete(traceId: TraceId): void {
    this.#bytes -= this.#known.get(traceId)?.bytes ?? 0;
    this.#known.delete(traceId);
  }
}
