import { ProtobufWriter } from '../../../src/otlp/wire/protobuf-writer.ts';

export const ODD_TRACE = 'ab'.repeat(16);

/**
 * Valid and unlike anything an SDK sends: fields in descending order, unknown fields everywhere,
 * frames before, between and behind what they frame, lengths and zeros written the long way.
 */
export function oddRequest(): Uint8Array {
  const writer = new ProtobufWriter();
  const resourceSpans = writer.begin(1);
  writer.string(3, 'https://example.org/resource');
  oddScope(writer, 'first', '01');
  writer.string(99, 'between the scopes');
  const resource = writer.begin(1);
  attribute(writer, 'service.name', 'odd');
  attribute(writer, 'service.name', 'second of two');
  writer.uint32(77, 5);
  writer.end(resource);
  oddScope(writer, 'second', '02');
  writer.fixed64(98, 0x0102030405060708n);
  writer.end(resourceSpans);
  return writer.finish();
}

function oddScope(writer: ProtobufWriter, name: string, id: string): void {
  const scopeSpans = writer.begin(2);
  writer.string(3, 'https://example.org/scope');
  oddSpan(writer, `${id}`.repeat(8));
  writer.fixed32(50, 7);
  const scope = writer.begin(1);
  writer.string(1, name);
  writer.string(60, 'unknown');
  writer.end(scope);
  oddSpan(writer, `f${id.slice(1)}`.repeat(8));
  writer.end(scopeSpans);
}

function oddSpan(writer: ProtobufWriter, spanId: string): void {
  const span = writer.begin(2);
  writer.fixed32(16, 0x101);
  // Field 6 as an overlong varint.
  writer.tag(6, 0);
  writer.raw(Uint8Array.of(0x82, 0x80, 0x00));
  const value = writer.begin(9);
  const any = writer.begin(2);
  writer.string(1, 'value first');
  writer.end(any);
  writer.string(1, 'key.last');
  writer.end(value);
  writer.fixed64(8, 1_767_323_046_000_000_000n);
  writer.fixed64(7, 1_767_323_045_000_000_000n);
  writer.string(5, 'overridden');
  writer.string(5, 'descending');
  writer.string(200, 'unknown field of a span');
  writer.view(2, Buffer.from(spanId, 'hex'));
  writer.view(1, Buffer.from(ODD_TRACE, 'hex'));
  writer.end(span);
}

function attribute(writer: ProtobufWriter, key: string, text: string): void {
  const mark = writer.begin(1);
  writer.string(1, key);
  const value = writer.begin(2);
  writer.string(1, text);
  writer.end(value);
  writer.end(mark);
}
