/**
 * The messages of a trace request, and what is read of a log request, as JSON names them: the one table that both directions of the JSON
 * codec follow. A member is found under its camelCase name and, leniently, its proto name.
 */

export type FieldKind =
  | 'string'
  | 'bool'
  | 'int64'
  | 'uint32'
  | 'fixed32'
  | 'fixed64'
  | 'double'
  | 'enum'
  /** Hexadecimal in JSON. */
  | 'id'
  /** Base64 in JSON. */
  | 'bytes'
  | 'message';

export interface FieldSchema {
  readonly number: number;
  readonly name: string;
  /** `"name":` as it stands in JSON. */
  readonly member: string;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** Of kind `message`. A function, since AnyValue contains itself. */
  readonly message?: () => MessageSchema;
  /** Of kind `enum`: names without a prefix in common are accepted beside numbers. */
  readonly names?: ReadonlyMap<string, number>;
}

export class MessageSchema {
  readonly name: string;
  readonly byNumber: readonly (FieldSchema | undefined)[];
  /** At most one field counts, the last. */
  readonly oneof: boolean;
  /** Names in buckets, so that a key is compared with hardly more than one of them. */
  readonly #buckets: { readonly name: Uint8Array; readonly field: FieldSchema }[][];

  constructor(name: string, fields: readonly FieldSchema[], oneof: boolean) {
    const byNumber: FieldSchema[] = [];
    this.name = name;
    this.byNumber = byNumber;
    this.oneof = oneof;
    this.#buckets = Array.from({ length: BUCKETS }, () => []);
    for (const field of fields) {
      byNumber[field.number] = field;
      const protoName = field.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      for (const spelling of new Set([field.name, protoName])) {
        const bytes = new TextEncoder().encode(spelling);
        this.#buckets[bucketOf(bytes, 0, bytes.length)]!.push({ name: bytes, field });
      }
    }
  }

  /** The field of the name at [start, end), camelCase or proto. */
  find(bytes: Uint8Array, start: number, end: number): FieldSchema | undefined {
    const length = end - start;
    if (length === 0) return undefined;
    const bucket = this.#buckets[bucketOf(bytes, start, end)]!;
    search: for (let b = 0; b < bucket.length; b++) {
      const { name, field } = bucket[b]!;
      if (name.length !== length) continue;
      for (let i = 0; i < length; i++) if (name[i] !== bytes[start + i]) continue search;
      return field;
    }
    return undefined;
  }
}

const BUCKETS = 64;

function bucketOf(bytes: Uint8Array, start: number, end: number): number {
  return (bytes[start]! * 5 + bytes[end - 1]! * 3 + (end - start)) % BUCKETS;
}

type Entry = Omit<FieldSchema, 'repeated' | 'member'> & { readonly repeated?: boolean };

function message(name: string, entries: readonly Entry[], oneof = false): MessageSchema {
  const fields = entries.map(
    (entry): FieldSchema => ({
      member: `"${entry.name}":`,
      repeated: false,
      ...entry,
    }),
  );
  return new MessageSchema(name, fields, oneof);
}

const attributes = (number: number): Entry => ({
  number,
  name: 'attributes',
  kind: 'message',
  repeated: true,
  message: () => KEY_VALUE,
});

const dropped = (number: number, what: string): Entry => ({
  number,
  name: `dropped${what}Count`,
  kind: 'uint32',
});

const nested = (number: number, name: string, schema: () => MessageSchema): Entry => ({
  number,
  name,
  kind: 'message',
  message: schema,
});

const list = (number: number, name: string, schema: () => MessageSchema): Entry => ({
  ...nested(number, name, schema),
  repeated: true,
});

const text = (number: number, name: string): Entry => ({ number, name, kind: 'string' });

const SPAN_KIND_NAMES = new Map([
  ['SPAN_KIND_UNSPECIFIED', 0],
  ['SPAN_KIND_INTERNAL', 1],
  ['SPAN_KIND_SERVER', 2],
  ['SPAN_KIND_CLIENT', 3],
  ['SPAN_KIND_PRODUCER', 4],
  ['SPAN_KIND_CONSUMER', 5],
]);

const STATUS_CODE_NAMES = new Map([
  ['STATUS_CODE_UNSET', 0],
  ['STATUS_CODE_OK', 1],
  ['STATUS_CODE_ERROR', 2],
]);

const ANY_VALUE: MessageSchema = message(
  'AnyValue',
  [
    text(1, 'stringValue'),
    { number: 2, name: 'boolValue', kind: 'bool' },
    { number: 3, name: 'intValue', kind: 'int64' },
    { number: 4, name: 'doubleValue', kind: 'double' },
    nested(5, 'arrayValue', () => ARRAY_VALUE),
    nested(6, 'kvlistValue', () => KEY_VALUE_LIST),
    { number: 7, name: 'bytesValue', kind: 'bytes' },
  ],
  true,
);

const ARRAY_VALUE: MessageSchema = message('ArrayValue', [list(1, 'values', () => ANY_VALUE)]);

const KEY_VALUE: MessageSchema = message('KeyValue', [
  text(1, 'key'),
  nested(2, 'value', () => ANY_VALUE),
]);

const KEY_VALUE_LIST: MessageSchema = message('KeyValueList', [list(1, 'values', () => KEY_VALUE)]);

const ENTITY_REF: MessageSchema = message('EntityRef', [
  text(1, 'schemaUrl'),
  text(2, 'type'),
  { ...text(3, 'idKeys'), repeated: true },
  { ...text(4, 'descriptionKeys'), repeated: true },
]);

const RESOURCE: MessageSchema = message('Resource', [
  attributes(1),
  dropped(2, 'Attributes'),
  list(3, 'entityRefs', () => ENTITY_REF),
]);

const SCOPE: MessageSchema = message('InstrumentationScope', [
  text(1, 'name'),
  text(2, 'version'),
  attributes(3),
  dropped(4, 'Attributes'),
]);

const EVENT: MessageSchema = message('Event', [
  { number: 1, name: 'timeUnixNano', kind: 'fixed64' },
  text(2, 'name'),
  attributes(3),
  dropped(4, 'Attributes'),
]);

const LINK: MessageSchema = message('Link', [
  { number: 1, name: 'traceId', kind: 'id' },
  { number: 2, name: 'spanId', kind: 'id' },
  text(3, 'traceState'),
  attributes(4),
  dropped(5, 'Attributes'),
  { number: 6, name: 'flags', kind: 'fixed32' },
]);

const STATUS: MessageSchema = message('Status', [
  text(2, 'message'),
  { number: 3, name: 'code', kind: 'enum', names: STATUS_CODE_NAMES },
]);

export const SPAN: MessageSchema = message('Span', [
  { number: 1, name: 'traceId', kind: 'id' },
  { number: 2, name: 'spanId', kind: 'id' },
  text(3, 'traceState'),
  { number: 4, name: 'parentSpanId', kind: 'id' },
  text(5, 'name'),
  { number: 6, name: 'kind', kind: 'enum', names: SPAN_KIND_NAMES },
  { number: 7, name: 'startTimeUnixNano', kind: 'fixed64' },
  { number: 8, name: 'endTimeUnixNano', kind: 'fixed64' },
  attributes(9),
  dropped(10, 'Attributes'),
  list(11, 'events', () => EVENT),
  dropped(12, 'Events'),
  list(13, 'links', () => LINK),
  dropped(14, 'Links'),
  nested(15, 'status', () => STATUS),
  { number: 16, name: 'flags', kind: 'fixed32' },
]);

export const SCOPE_SPANS: MessageSchema = message('ScopeSpans', [
  nested(1, 'scope', () => SCOPE),
  list(2, 'spans', () => SPAN),
  text(3, 'schemaUrl'),
]);

export const RESOURCE_SPANS: MessageSchema = message('ResourceSpans', [
  nested(1, 'resource', () => RESOURCE),
  list(2, 'scopeSpans', () => SCOPE_SPANS),
  text(3, 'schemaUrl'),
]);

export const TRACES_DATA: MessageSchema = message('TracesData', [
  list(1, 'resourceSpans', () => RESOURCE_SPANS),
]);

/** Of a log record what tells of spans; severity and body are passed over. */
const LOG_RECORD: MessageSchema = message('LogRecord', [
  { number: 1, name: 'timeUnixNano', kind: 'fixed64' },
  attributes(6),
  dropped(7, 'Attributes'),
  { number: 8, name: 'flags', kind: 'fixed32' },
  { number: 9, name: 'traceId', kind: 'id' },
  { number: 10, name: 'spanId', kind: 'id' },
  { number: 11, name: 'observedTimeUnixNano', kind: 'fixed64' },
  text(12, 'eventName'),
]);

const SCOPE_LOGS: MessageSchema = message('ScopeLogs', [
  nested(1, 'scope', () => SCOPE),
  list(2, 'logRecords', () => LOG_RECORD),
  text(3, 'schemaUrl'),
]);

const RESOURCE_LOGS: MessageSchema = message('ResourceLogs', [
  nested(1, 'resource', () => RESOURCE),
  list(2, 'scopeLogs', () => SCOPE_LOGS),
  text(3, 'schemaUrl'),
]);

export const LOGS_DATA: MessageSchema = message('LogsData', [
  list(1, 'resourceLogs', () => RESOURCE_LOGS),
]);
