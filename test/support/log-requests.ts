/** OTLP log requests that tell of open spans, written in JSON and given as protobuf. */
import { jsonToProtobuf } from '../../src/otlp/json/json-to-protobuf.ts';
import { LOGS_DATA } from '../../src/otlp/json/otlp-schema.ts';

export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
export const SPAN_ID = 'b9c7c989f97918e1';

export interface GivenRecord {
  /** `event_name`. */
  readonly name?: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly timeUnixNano?: string;
  readonly observedTimeUnixNano?: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
}

const RESOURCE = { 'service.name': 'shop', 'service.instance.id': 'one' };

export function logsJson(
  records: readonly GivenRecord[],
  resource: GivenRecord['attributes'] = RESOURCE,
): Buffer {
  const logRecords = records.map(({ name, attributes, ...rest }) => ({
    ...rest,
    ...(name === undefined ? {} : { eventName: name }),
    attributes: attributesOf(attributes),
  }));
  const scopeLogs = [{ scope: { name: 't' }, logRecords }];
  const resourceLogs = [{ resource: { attributes: attributesOf(resource) }, scopeLogs }];
  return Buffer.from(JSON.stringify({ resourceLogs }));
}

export function logsRequest(
  records: readonly GivenRecord[],
  resource?: GivenRecord['attributes'],
): Uint8Array {
  const read = jsonToProtobuf(logsJson(records, resource), LOGS_DATA);
  if (read.status !== 'ok') throw new Error(read.reason);
  return read.bytes;
}

export function startRecord(
  spanId: string,
  name: string,
  more: Partial<GivenRecord> & { readonly parentId?: string } = {},
): GivenRecord {
  const { parentId, attributes, ...rest } = more;
  const parent = parentId === undefined ? {} : { 'synton.span.parent_id': parentId };
  return {
    name: 'synton.span.start',
    traceId: TRACE_ID,
    spanId,
    timeUnixNano: '1700000000000000000',
    ...rest,
    attributes: { 'synton.span.name': name, ...parent, ...attributes },
  };
}

function attributesOf(attributes: GivenRecord['attributes'] = {}) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }));
}
