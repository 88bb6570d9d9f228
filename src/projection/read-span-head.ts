/**
 * The little of a span that a row of a timeline needs, read without the values of its attributes but for those
 * that tell its role: most of a span's bytes are attributes.
 *
 *   Span 4 parent_span_id · 5 name · 9 attributes · KeyValue 1 key
 */
import { type Attribute, attributeOf } from '../model/attribute.ts';
import { classifySpanRole, explicitSpanKind } from '../model/classify-span-kind.ts';
import { parseSpanId, type SpanId } from '../model/ids.ts';
import type { OtelKind, SpanRole } from '../model/span-kind.ts';
import { readAttribute } from '../otlp/read-attributes.ts';
import { ProtobufReader, WIRE } from '../otlp/wire/protobuf-reader.ts';
import { AttributeKeys } from './attribute-keys.ts';

export interface SpanHead {
  /** Undefined where none is named. */
  readonly parentSpanId: SpanId | undefined;
  readonly name: string;
  readonly role: SpanRole | undefined;
  /** `synton.kind` names its kind: nothing overrules it. */
  readonly isKindGiven: boolean;
}

/** Keys that role and kind are told from. */
const KEYS = new AttributeKeys([
  'gen_ai.operation.name',
  'openinference.span.kind',
  'traceloop.span.kind',
  'synton.kind',
]);

/** @throws MalformedProtobuf, which bytes that the scanner accepted never cause */
export function readSpanHead(span: Uint8Array, otelKind: OtelKind): SpanHead {
  const reader = new ProtobufReader(span);
  const telling: Attribute[] = [];
  let parentSpanId = '';
  let name = '';
  while (reader.next()) {
    if (reader.is(4, WIRE.bytes)) parentSpanId = Buffer.from(reader.view()).toString('hex');
    else if (reader.is(5, WIRE.bytes)) name = reader.string();
    else if (reader.is(9, WIRE.bytes)) {
      const attribute = reader.view();
      if (KEYS.has(attribute)) telling.push(readAttribute(new ProtobufReader(attribute)));
    } else reader.skip();
  }
  const lookup = (key: string) => attributeOf(telling, key);
  return {
    parentSpanId: parseSpanId(parentSpanId),
    name,
    role: classifySpanRole(otelKind, name, lookup),
    isKindGiven: telling.length > 0 && explicitSpanKind(lookup) !== undefined,
  };
}
