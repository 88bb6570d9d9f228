/** What is told of the attributes of a whole trace: which there are, what one of them says on every row, which rows say something. */

export interface AttributeKey {
  readonly key: string;
  /** Spans that have it, themselves or in their resource. */
  readonly spanCount: number;
  /** Only resources have it. */
  readonly isOfResource: boolean;
}

export interface TraceAttributes {
  /** Of the outline of which it is told. */
  readonly revision: string;
  /** Of which the counts are. */
  readonly spanCount: number;
  /** The most frequent first; of the span before those of the resource alone. */
  readonly keys: readonly AttributeKey[];
  /** Keys that are left out. */
  readonly moreKeys: number;
}

/** Of a column: the row has the attribute, with a value that is not among those told apart. */
export const OTHER_VALUE = 255;

export interface AttributeColumn {
  /** Rows are those of the outline with this revision. */
  readonly revision: string;
  readonly key: string;
  /** A byte a row: 0 without it, n for the n-th of `values`, OTHER_VALUE. */
  readonly column: Uint8Array;
  /** The most frequent first, as text of at most 256 characters. */
  readonly values: readonly { readonly text: string; readonly spanCount: number }[];
  /** Spans with another value. */
  readonly otherCount: number;
  /** Different values among those; there may be more where it is 4,096. */
  readonly otherValues: number;
  readonly withoutCount: number;
}

export interface TraceFindings {
  /** Rows are those of the outline with this revision. */
  readonly revision: string;
  /** Rows that match, rising: the first of them, as many as `limit`. */
  readonly rows: readonly number[];
  /** All that match. */
  readonly matchCount: number;
  /** All that were looked at. */
  readonly spanCount: number;
}
