import type { SpanId } from './ids.ts';

/** Where a span stands that has not ended, as far as it is known. */
export interface SpanPlace {
  /** `file:line` of its last checkpoint that says so, else of its start. */
  readonly at?: string;
  /** What the last checkpoint that it passed is called. */
  readonly checkpoint?: string;
  /** The innermost span below it that has not ended either: of several that began last. */
  readonly within?: SpanId;
}
