/**
 * The two frames around a span as plain objects. A frame is every field of a ResourceSpans but
 * scope_spans, or every field of a ScopeSpans but spans, in wire order; a message that comes twice is
 * merged as protobuf merges it.
 *
 *   resource frame 1 resource (1 attributes · 2 dropped) · 3 schema_url
 *   scope frame    1 scope (1 name · 2 version · 3 attributes · 4 dropped) · 3 schema_url
 */
import type { Attribute } from '../model/attribute.ts';
import { readAttribute } from './read-attributes.ts';
import { ProtobufReader, WIRE } from './wire/protobuf-reader.ts';

export interface ResourceFrame {
  readonly attributes: readonly Attribute[];
  readonly droppedAttributes: number;
  readonly schemaUrl: string;
  readonly invalidUtf8: boolean;
}

export interface ScopeFrame extends ResourceFrame {
  readonly name: string;
  readonly version: string;
}

type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

const RESOURCE_SPANS_DEPTH = 1;
const SCOPE_SPANS_DEPTH = 2;

/** @throws MalformedProtobuf, which frames that the scanner accepted never cause */
export function readResourceFrame(bytes: Uint8Array): ResourceFrame {
  const reader = new ProtobufReader(bytes, 0, bytes.length, RESOURCE_SPANS_DEPTH);
  const attributes: Attribute[] = [];
  const frame: Draft<ResourceFrame> = {
    attributes,
    droppedAttributes: 0,
    schemaUrl: '',
    invalidUtf8: false,
  };
  while (reader.next()) {
    if (reader.is(1, WIRE.bytes)) {
      const resource = reader.message();
      while (resource.next()) {
        if (resource.is(1, WIRE.bytes)) attributes.push(readAttribute(resource.message()));
        else if (resource.is(2, WIRE.varint)) frame.droppedAttributes = resource.uint32();
        else resource.skip();
      }
    } else if (reader.is(3, WIRE.bytes)) frame.schemaUrl = reader.string();
    else reader.skip();
  }
  frame.invalidUtf8 = reader.findings.invalidUtf8;
  return frame;
}

/** @throws MalformedProtobuf, which frames that the scanner accepted never cause */
export function readScopeFrame(bytes: Uint8Array): ScopeFrame {
  const reader = new ProtobufReader(bytes, 0, bytes.length, SCOPE_SPANS_DEPTH);
  const attributes: Attribute[] = [];
  const frame: Draft<ScopeFrame> = {
    name: '',
    version: '',
    attributes,
    droppedAttributes: 0,
    schemaUrl: '',
    invalidUtf8: false,
  };
  while (reader.next()) {
    if (reader.is(1, WIRE.bytes)) {
      const scope = reader.message();
      while (scope.next()) {
        if (scope.is(1, WIRE.bytes)) frame.name = scope.string();
        else if (scope.is(2, WIRE.bytes)) frame.version = scope.string();
        else if (scope.is(3, WIRE.bytes)) attributes.push(readAttribute(scope.message()));
        else if (scope.is(4, WIRE.varint)) frame.droppedAttributes = scope.uint32();
        else scope.skip();
      }
    } else if (reader.is(3, WIRE.bytes)) frame.schemaUrl = reader.string();
    else reader.skip();
  }
  frame.invalidUtf8 = reader.findings.invalidUtf8;
  return frame;
}
