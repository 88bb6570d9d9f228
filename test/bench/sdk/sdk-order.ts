/** What a traced program is told to do, and what it tells. */
export interface SdkOrder {
  readonly variant: 'bare' | 'memory' | 'persisted' | 'stock';
  readonly spans: number;
  /** The build that the processor comes from. */
  readonly dist: string;
  /** Of `persisted`. */
  readonly folder: string;
  /** Of `stock`: where its exporter sends. */
  readonly sink: string;
}

export interface SdkReport {
  /** CPU of the program's thread and of its whole process until everything was flushed, a span. */
  readonly threadMicros: number;
  readonly processMicros: number;
  /** Wall time inside a hook, called in a loop; undefined without a processor. */
  readonly onStartMicros: number | undefined;
  readonly onEndMicros: number | undefined;
  readonly blockedMaxMs: number;
  /** How often the event loop was held for up to 1, 2, 5, 10, 20 ms and longer. */
  readonly blocks: readonly number[];
  readonly blocksOver5: number;
  /** Dropped by Synton's processor, by its own count. */
  readonly dropped: number;
  /** Ended in all, the warm-up included. */
  readonly ended: number;
}
