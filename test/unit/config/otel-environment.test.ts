import { describe, expect, test } from 'vitest';
import { readOtelEnvironment } from '../../../src/config/otel-environment.ts';

test('nothing set: the specification’s defaults', () => {
  expect(readOtelEnvironment({})).toEqual({
    disabled: false,
    serviceName: undefined,
    resourceAttributes: {},
    exporter: { headers: {}, timeoutMs: 10_000, insecure: false },
    batch: {
      scheduleDelayMs: 5000,
      exportTimeoutMs: 30_000,
      maxQueueSize: 2048,
      maxExportBatchSize: 512,
    },
    sampler: undefined,
    warnings: [],
  });
});

test('empty is unset', () => {
  const names = ['OTEL_SDK_DISABLED', 'OTEL_TRACES_SAMPLER', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
  const env = Object.fromEntries(names.map((name) => [name, '']));
  expect(readOtelEnvironment(env)).toEqual(readOtelEnvironment({}));
});

test.each([
  ['true', true],
  ['TRUE', true],
  ['false', false],
])('OTEL_SDK_DISABLED=%s', (text, disabled) => {
  expect(readOtelEnvironment({ OTEL_SDK_DISABLED: text })).toMatchObject({
    disabled,
    warnings: [],
  });
});

test('only "true" is true, and the rest warns', () => {
  const { disabled, warnings } = readOtelEnvironment({ OTEL_SDK_DISABLED: '1' });
  expect(disabled).toBe(false);
  expect(warnings).toEqual(['OTEL_SDK_DISABLED="1" is ignored: expected true or false']);
});

describe('the exporter', () => {
  test('a signal’s own variable wins over the general one', () => {
    const { exporter } = readOtelEnvironment({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://general:4318',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:4318/custom',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_HEADERS: 'A=1,b=2',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=3%20x',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '250',
      OTEL_EXPORTER_OTLP_INSECURE: 'true',
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/ca.pem',
      OTEL_EXPORTER_OTLP_CLIENT_KEY: '/key.pem',
      OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: '/cert.pem',
    });
    expect(exporter).toEqual({
      endpoint: 'http://traces:4318/custom',
      protocol: 'http/json',
      headers: { a: '3 x', b: '2' },
      compression: 'gzip',
      timeoutMs: 250,
      insecure: true,
      certificate: '/ca.pem',
      clientKey: '/key.pem',
      clientCertificate: '/cert.pem',
    });
  });

  test.each([
    ['http://collector:4318', 'http/protobuf', 'http://collector:4318/v1/traces'],
    ['http://collector:4318/base/', 'http/json', 'http://collector:4318/base/v1/traces'],
    ['http://collector:4317', 'grpc', 'http://collector:4317'],
    ['collector:4317', 'grpc', 'collector:4317'],
  ])('%s over %s is %s', (endpoint, protocol, expected) => {
    const { exporter, warnings } = readOtelEnvironment({
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    });
    expect(exporter.endpoint).toBe(expected);
    expect(warnings).toEqual([]);
  });

  test('an endpoint that is no URL is ignored', () => {
    const { exporter, warnings } = readOtelEnvironment(
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      'http/protobuf',
    );
    expect(exporter).not.toHaveProperty('endpoint');
    expect(warnings).toHaveLength(1);
  });

  test('malformed headers are ignored as a whole', () => {
    const { exporter, warnings } = readOtelEnvironment({
      OTEL_EXPORTER_OTLP_HEADERS: 'secret,a=b',
    });
    expect(exporter.headers).toEqual({});
    expect(warnings.join()).not.toContain('secret');
    expect(warnings).toHaveLength(1);
  });
});

describe('the batch', () => {
  test('is read, and a batch is never larger than the queue', () => {
    const { batch } = readOtelEnvironment({
      OTEL_BSP_SCHEDULE_DELAY: '0',
      OTEL_BSP_EXPORT_TIMEOUT: '100',
      OTEL_BSP_MAX_QUEUE_SIZE: '10',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '20',
    });
    expect(batch).toEqual({
      scheduleDelayMs: 0,
      exportTimeoutMs: 100,
      maxQueueSize: 10,
      maxExportBatchSize: 10,
    });
  });

  test.each(['-1', '5s', '1.5', 'many'])('a bad number (%s) warns and is ignored', (text) => {
    const { batch, warnings } = readOtelEnvironment({ OTEL_BSP_SCHEDULE_DELAY: text });
    expect(batch.scheduleDelayMs).toBe(5000);
    expect(warnings).toEqual([
      `OTEL_BSP_SCHEDULE_DELAY="${text}" is ignored: expected a whole number of at least 0`,
    ]);
  });
});

describe('the sampler', () => {
  test.each([
    ['always_on', undefined, { parentBased: false, ratio: 1 }],
    ['always_off', undefined, { parentBased: false, ratio: 0 }],
    ['traceidratio', '0.25', { parentBased: false, ratio: 0.25 }],
    ['ParentBased_TraceIdRatio', '0.5', { parentBased: true, ratio: 0.5 }],
    ['parentbased_traceidratio', undefined, { parentBased: true, ratio: 1 }],
    ['parentbased_always_off', '0.5', { parentBased: true, ratio: 0 }],
  ])('%s %s', (name, argument, sampler) => {
    const env = { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument };
    expect(readOtelEnvironment(env)).toMatchObject({ sampler, warnings: [] });
  });

  test('an unknown name and a bad ratio warn', () => {
    expect(readOtelEnvironment({ OTEL_TRACES_SAMPLER: 'xray' })).toMatchObject({
      sampler: undefined,
      warnings: [expect.stringContaining('OTEL_TRACES_SAMPLER')],
    });
    const bad = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' };
    expect(readOtelEnvironment(bad)).toMatchObject({
      sampler: { ratio: 1 },
      warnings: [expect.stringContaining('OTEL_TRACES_SAMPLER_ARG')],
    });
  });
});

test('OTEL_SERVICE_NAME wins over OTEL_RESOURCE_ATTRIBUTES', () => {
  const attributes = 'service.name=one,team=a%2Cb';
  expect(readOtelEnvironment({ OTEL_RESOURCE_ATTRIBUTES: attributes })).toMatchObject({
    serviceName: 'one',
    resourceAttributes: { team: 'a,b' },
  });
  expect(
    readOtelEnvironment({ OTEL_RESOURCE_ATTRIBUTES: attributes, OTEL_SERVICE_NAME: 'two' }),
  ).toMatchObject({ serviceName: 'two', resourceAttributes: { 'service.name': 'two' } });
});
