/**
 * Cuts a request into its Span messages, byte for byte, by walking protobuf fields. It shares no code with
 * Synton's scanner, so that what one of them drops or changes the other does not.
 *
 *   ExportTraceServiceRequest 1 → ResourceSpans 2 → ScopeSpans 2 → Span; Span 1 trace_id, 2 span_id
 */
export interface RawSpan {
  /** Trace and span id, hexadecimal. */
  readonly id: string;
  readonly bytes: Buffer;
}

export function rawSpansOf(request: Uint8Array): RawSpan[] {
  const spans: RawSpan[] = [];
  for (const resourceSpans of fields(Buffer.from(request), 1))
    for (const scopeSpans of fields(resourceSpans, 2))
      for (const bytes of fields(scopeSpans, 2)) spans.push({ id: idOf(bytes), bytes });
  return spans;
}

function idOf(span: Buffer): string {
  const [traceId] = fields(span, 1);
  const [spanId] = fields(span, 2);
  return `${traceId?.toString('hex')}/${spanId?.toString('hex')}`;
}

/** The values of one length-delimited field. @throws on what is no protobuf */
function* fields(message: Buffer, wanted: number): Generator<Buffer> {
  for (let at = 0; at < message.length; ) {
    const tag = varint(message, at);
    at = tag.next;
    const wireType = tag.value % 8;
    if (wireType === 0) at = varint(message, at).next;
    else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else if (wireType === 2) {
      const length = varint(message, at);
      at = length.next + length.value;
      if (Math.floor(tag.value / 8) === wanted) yield message.subarray(length.next, at);
    } else throw new Error(`wire type ${wireType}`);
    if (at > message.length) throw new Error('cut short');
  }
}

function varint(bytes: Buffer, from: number): { value: number; next: number } {
  let value = 0;
  for (let at = from, factor = 1; at < bytes.length; at++, factor *= 128) {
    value += (bytes[at]! & 127) * factor;
    if (bytes[at]! < 128) return { value, next: at + 1 };
  }
  throw new Error('a varint without end');
}
