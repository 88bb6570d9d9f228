/** What every format gives back. */
export interface WrittenTrace {
  readonly content: string;
  /** Spans that the content tells of, folded ones included. */
  readonly spanCount: number;
  /** Spans were left out, by the format's bound or for another page; the content says so. */
  readonly truncated: boolean;
  /** Of formats that come in pages: names the next one. */
  readonly next?: string;
}
