/** What called-program.mjs is told to do, and what it tells. */
export interface CallOrder {
  /** The module of called-functions.mjs to call, as it is or rewritten. */
  readonly functions: string;
  /** Of each kind, a multiple of four bursts. */
  readonly calls: number;
  /** Calls in a row. */
  readonly burst: number;
  /** Between bursts, so that spans can leave. */
  readonly restMs: number;
  /** What is put around the functions by hand. */
  readonly wrapper: 'none' | 'otel' | 'trace';
  /** Where the stock exporter sends; absent where there is no tracer provider. */
  readonly sink?: string;
  readonly dist: string;
}

/** CPU in ns a call: of the thread within the calls, and of the process with all that it does besides. */
export interface CallReport {
  readonly function: number;
  readonly method: number;
  readonly async: number;
  readonly process: number;
}
