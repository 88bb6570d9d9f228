/** What lies in a data directory: how much of what, what goes next, what waits for its rewriting. Bytes are those of files. */

export interface StorageShare {
  readonly partitions: number;
  /** Of partitions that nobody has looked into yet, none. */
  readonly spans: number;
  readonly bytes: number;
  /** Absent while there are no spans. */
  readonly bytesPerSpan?: number;
}

/** The bytes of one form by what they hold; they add up to its `bytes`. */
export interface StorageContents {
  /** Blocks: bodies in LMDB, or columns. */
  readonly spans: number;
  /** What a search looks at before it opens a block: heads, or the directory. */
  readonly directory: number;
  /** Which block a trace lies in. */
  readonly traces: number;
  /** Which blocks hold an attribute value; of partitions in blocks, part of the heads. */
  readonly values: number;
  readonly statistics: number;
  /** Pages of LMDB that hold nothing now. */
  readonly free: number;
  /** Headers, page 0 and 1, lists of sections, LMDB's lock file. */
  readonly other: number;
  /** Of partitions that were not looked into: nobody vouches for them yet, or they are damaged. */
  readonly unknown: number;
}

export interface StorageForm extends StorageShare {
  readonly contents: StorageContents;
}

export interface ForwardingFolder {
  /** Made from the destination's address. */
  readonly name: string;
  readonly bytes: number;
  /** Everything before this place was sent; absent where there is none, or it is damaged. */
  readonly cursor?: { readonly partition: number; readonly block: number };
  readonly deadLetters: { readonly requests: number; readonly bytes: number };
}

export interface StorageRetention {
  /** 0: never by age. */
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  /** The closed partition that goes next. */
  readonly next?: {
    readonly partition: number;
    readonly spans: number;
    readonly bytes: number;
    /** When its age takes it, whatever comes; absent where age takes nothing. */
    readonly expiresUnixNano?: bigint;
    /** What may still be added before `maxBytes` takes it; 0: it goes within the minute. */
    readonly bytesUntil: number;
  };
}

/** Counts are of this life of the service; 0 where none runs. */
export interface StorageRewriting {
  /** Closed, and still in blocks. */
  readonly waiting: StorageShare;
  readonly partitions: number;
  readonly spans: number;
  /** Those that could not be rewritten, and wait for the next life of the store. */
  readonly failed: number;
  /** Time that was worked, waiting not counted. */
  readonly workedMs: number;
  /** Microseconds. Absent before the first. */
  readonly workedUsPerSpan?: number;
}

export interface StorageInventory {
  readonly takenUnixNano: bigint;
  /** Everything in the directory. */
  readonly bytes: number;
  /** All partitions, whatever their form. */
  readonly total: StorageShare;
  readonly blocks: StorageForm;
  readonly columns: StorageForm;
  /** Partitions that nobody vouches for yet: they are checked before they are opened. */
  readonly unchecked: number;
  /** Partitions of which nothing could be saved, or whose segment cannot be read. */
  readonly damaged: number;
  /** Folders of damaged partitions (`….corrupt-…`) that were kept for whoever wants to look. */
  readonly setAside: { readonly folders: number; readonly bytes: number };
  /** Of interrupted work; what a rewriting that runs has not finished yet is among them. */
  readonly leftovers: { readonly entries: number; readonly bytes: number };
  readonly forwarding: readonly ForwardingFolder[];
  /** The catalogue, the lock, and whatever else lies there. */
  readonly otherBytes: number;
  /** Arrival times; absent while empty. */
  readonly oldestUnixNano?: bigint;
  readonly newestUnixNano?: bigint;
  readonly retention: StorageRetention;
  readonly rewriting: StorageRewriting;
}

/** What a compaction came to. */
export interface CompactionReport {
  /** Rewritten now. */
  readonly partitions: number;
  readonly spans: number;
  /** Of the partitions that were closed when it began, and that retention has not taken since. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly spansHeld: number;
  /** Could not be rewritten: they stay as they are. */
  readonly failed: number;
  readonly workedMs: number;
  readonly leftovers: { readonly entries: number; readonly bytes: number };
}

export interface CompactionState {
  /** Counts the runs of this life of the service; 0: there was none yet. */
  readonly run: number;
  readonly status: 'none' | 'running' | 'done' | 'failed';
  readonly startedUnixNano?: bigint;
  readonly finishedUnixNano?: bigint;
  readonly report?: CompactionReport;
  /** Set-aside folders that were removed as well, where that was asked for. */
  readonly setAsideRemoved?: { readonly folders: number; readonly bytes: number };
  /** Why it failed. */
  readonly detail?: string;
}
