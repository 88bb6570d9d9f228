/** The TRACEPARENT of the environment (W3C Trace Context): whoever started the program tells it its own span. */
import type { SpanContext } from '@opentelemetry/api';

export type RemoteParent = SpanContext & { readonly isRemote: true };

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;

/** Undefined where it is none, or not well-formed. */
export function parseTraceParent(text: string | undefined): RemoteParent | undefined {
  const found = FORM.exec(text?.trim() ?? '');
  if (found === null) return undefined;
  const [all, version, traceId, spanId, flags] = found as unknown as [
    string,
    string,
    string,
    string,
    string,
  ];
  const isLonger = text!.trim().length > all.length || all.endsWith('-');
  if (version === 'ff' || (version === '00' && isLonger)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}
