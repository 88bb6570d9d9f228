import type { ConsumeResult } from '../../pipeline/consume-result.ts';

/** What became of an export request, before a transport puts it into its own words. */
export type ExportOutcome =
  | ConsumeResult
  /** Beyond the size limit, as it came or decompressed. Sending it again will not help. */
  | { readonly status: 'too_large'; readonly reason: string }
  /** A fault of ours. Transient: the same request may succeed later. */
  | { readonly status: 'failed'; readonly transient: boolean; readonly reason: string };

/** The three signals of OTLP, by the last part of their HTTP path. */
export type OtlpSignal = 'traces' | 'metrics' | 'logs';
export type OtlpFormat = 'protobuf' | 'json';

/** How a request is to be read. */
export interface RequestKind {
  readonly signal: OtlpSignal;
  readonly format: OtlpFormat;
  readonly encoding: 'identity' | 'gzip' | 'deflate' | 'zstd';
}

export const ACCEPTED: ExportOutcome = { status: 'accepted' };
