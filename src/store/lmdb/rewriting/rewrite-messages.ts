/** What the writer and the thread that rewrites say to each other: one partition at a time. */
import type { RewriteReport } from './rewrite-partition.ts';

export interface RewriteData {
  /** Uint32Array of one: bytes committed by the writer, wrapping around; tells how busy it is. */
  readonly committed: SharedArrayBuffer;
}

export type ToRewriter =
  | {
      readonly path: string;
      /** Somebody waits for it: without giving way. */
      readonly isUrgent: boolean;
    }
  | 'end';

export type FromRewriter =
  | { readonly status: 'rewritten'; readonly report: RewriteReport; readonly cpuMs: number }
  /** `lacksRoom`: it may be tried again. */
  | { readonly status: 'failed'; readonly message: string; readonly lacksRoom: boolean };
