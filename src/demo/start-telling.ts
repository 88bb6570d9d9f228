/**
 * Tells a collector of spans that have started, and that their processes live: OTLP log records as docs/decisions/0012 has them. They are
 * written as OTLP/JSON and sent as protobuf. What is not taken within CALL_MS is forgotten: the end of a span says the same again.
 */

import { Client, credentials } from '@grpc/grpc-js';
import type { Attributes, Span } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { jsonToProtobuf } from '../otlp/json/json-to-protobuf.ts';
import { LOGS_DATA } from '../otlp/json/otlp-schema.ts';
import { resourceOf, type ServiceName } from './demo-services.ts';

const METHOD = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
const CALL_MS = 5_000;

export class StartTelling {
  readonly #client: Client;
  readonly #instance: string;
  readonly #told = new Set<ServiceName>();
  readonly #open = new Set<Promise<void>>();

  constructor(endpoint: string, instance: string) {
    const { host, protocol } = new URL(endpoint);
    const isSecure = protocol === 'https:';
    this.#client = new Client(
      host,
      isSecure ? credentials.createSsl() : credentials.createInsecure(),
    );
    this.#instance = instance;
  }

  start(
    service: ServiceName,
    span: Span & ReadableSpan,
    name: string,
    attributes: Attributes,
  ): void {
    const { traceId, spanId } = span.spanContext();
    const [seconds, nanos] = span.startTime;
    const parent = span.parentSpanContext?.spanId;
    this.#told.add(service);
    this.#send(service, {
      eventName: 'synton.span.start',
      timeUnixNano: String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos)),
      traceId,
      spanId,
      attributes: keyValues({
        'synton.span.name': name,
        // OTLP counts from one.
        'synton.span.kind': span.kind + 1,
        ...(parent !== undefined && { 'synton.span.parent_id': parent }),
        ...attributes,
      }),
    });
  }

  alive(): void {
    const timeUnixNano = String(BigInt(Date.now()) * 1_000_000n);
    for (const service of this.#told)
      this.#send(service, { eventName: 'synton.process.alive', timeUnixNano });
  }

  async close(): Promise<void> {
    await Promise.all(this.#open);
    this.#client.close();
  }

  #send(service: ServiceName, record: object): void {
    const resource = { attributes: keyValues(resourceOf(service, this.#instance)) };
    const scopeLogs = [{ scope: { name: `shop.${service}` }, logRecords: [record] }];
    const request = { resourceLogs: [{ resource, scopeLogs }] };
    const written = jsonToProtobuf(Buffer.from(JSON.stringify(request)), LOGS_DATA);
    if (written.status !== 'ok') throw new Error(`${written.path}: ${written.reason}`);
    const sent = new Promise<void>((resolve) => {
      this.#client.makeUnaryRequest(
        METHOD,
        (bytes: Uint8Array) => Buffer.from(bytes),
        (answer: Buffer) => answer,
        written.bytes,
        { deadline: Date.now() + CALL_MS },
        () => resolve(),
      );
    });
    this.#open.add(sent);
    void sent.finally(() => this.#open.delete(sent));
  }
}

function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: Attributes[string]): object {
  if (Array.isArray(value))
    return { arrayValue: { values: value.map((one) => anyValue(one ?? '')) } };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { stringValue: String(value) };
}
