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
  /** True where the format's bound left spans out; `content` says so too. */
  readonly truncated: boolean;
}
