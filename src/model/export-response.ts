import type { TraceId } from './ids.ts';

/** The forms a trace can be exported in. */
export const EXPORT_FORMATS = ['json', 'mermaid', 'text'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A trace written out for somewhere else. */
export interface ExportResponse {
  readonly traceId: TraceId;
  readonly format: ExportFormat;
  readonly contentType: string;
  readonly content: string;
  readonly spanCount: number;
  /** True where spans were left out, by the format's bound or for another page; text and diagrams say so too. */
  readonly truncated: boolean;
  /** Of `json`: give it back as `after` to read on; absent at the end. */
  readonly next?: string;
}
