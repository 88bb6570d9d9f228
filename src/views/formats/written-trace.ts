/** What every format gives back. */
export interface WrittenTrace {
  readonly content: string;
  /** Spans that the content tells of, folded ones included. */
  readonly spanCount: number;
  /** The format's bound left spans out; the content says so. */
  readonly truncated: boolean;
}
