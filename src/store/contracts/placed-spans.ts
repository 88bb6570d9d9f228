/**
 * Spans of one trace from a place where they lie to stay: what was read can be read again, a few of them at a time, and that
 * nothing has changed is told without reading. So a page of a large trace costs its own spans.
 */
import type { SpanRecord } from './span-record.ts';

/** What reading a trace may hold. */
export interface ReadBound {
  readonly spansMax: number;
  /** Of memory that the records keep alive. */
  readonly bytesMax: number;
  /** Arrivals that other places gave: one of these that is not held is not counted either. */
  readonly elsewhere: ReadonlySet<number>;
  /** Waited for once, before more than a few megabytes are held: large traces are read one after another. */
  readonly roomForMany: () => Promise<void>;
}

export interface PlacedSpans {
  /** The first to arrive, as far as the bound allows. */
  readonly records: readonly SpanRecord[];
  /** How many the bound left out. */
  readonly beyond: number;
  readonly places: TracePlaces;
}

export interface TracePlaces {
  /** About what keeping this takes. */
  readonly bytes: number;
  /** True where reading the trace now would give the very same. */
  hold(): Promise<boolean>;
  /**
   * Some of the records, by their rising indexes, as copies. Undefined where they do not lie there any more; whoever asks
   * checks that they are the same.
   */
  read(indexes: readonly number[]): Promise<readonly SpanRecord[] | undefined>;
}
