/**
 * What a span was, in SYNTON's words, told from its OTel kind, a few attributes and its name.
 * The first rule that matches wins; `role` says more beside it and decides nothing.
 */
export const SPAN_KINDS = ['Function', 'AsyncTask', 'DatabaseQuery', 'ExternalCall'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

/** OTLP's numbers 0 to 5; anything else is shown as `unspecified`, its number kept in the bytes. */
export const OTEL_KINDS = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
] as const;
export type OtelKind = (typeof OTEL_KINDS)[number];

export type SpanRole = 'server' | 'client' | 'producer' | 'consumer' | 'agent' | 'llm' | 'tool';
