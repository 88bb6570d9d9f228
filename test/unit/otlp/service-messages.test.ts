import { describe, expect, test } from 'vitest';
import {
  decodeExportResponse,
  decodeStatus,
  encodeExportResponse,
  encodeExportResponseJson,
  encodeStatus,
  encodeStatusJson,
} from '../../../src/otlp/service-messages.ts';
import { MalformedProtobuf } from '../../../src/otlp/wire/malformed-protobuf.ts';
import { oracle } from '../../support/otlp-proto.ts';

describe('the answer to an export', () => {
  test('of full success is empty', () => {
    expect(encodeExportResponse()).toHaveLength(0);
    expect(encodeExportResponse(0, '')).toHaveLength(0);
    expect(encodeExportResponseJson('traces')).toBe('{}');
    expect(decodeExportResponse(new Uint8Array(0))).toEqual({ rejectedSpans: 0 });
  });

  test.each([
    ['traces', oracle.traceResponse, 'rejectedSpans'],
    ['logs', oracle.logsResponse, 'rejectedLogRecords'],
    ['metrics', oracle.metricsResponse, 'rejectedDataPoints'],
  ] as const)('of partial success for %s', (signal, type, name) => {
    const expected = { partialSuccess: { [name]: '300', errorMessage: 'not all' } };
    const bytes = encodeExportResponse(300, 'not all');
    expect(type.toObject(type.decode(bytes), { longs: String })).toEqual(expected);
    expect(JSON.parse(encodeExportResponseJson(signal, 300, 'not all'))).toEqual(expected);
    expect(decodeExportResponse(bytes)).toEqual({ rejectedSpans: 300, message: 'not all' });
  });

  test('may be a warning that rejects nothing', () => {
    const bytes = encodeExportResponse(0, 'slow down');
    expect(decodeExportResponse(bytes)).toEqual({ rejectedSpans: 0, message: 'slow down' });
    expect(encodeExportResponseJson('logs', 0, 'slow down')).toBe(
      '{"partialSuccess":{"errorMessage":"slow down"}}',
    );
  });

  test('that is none is refused', () => {
    expect(() => decodeExportResponse(Uint8Array.of(10, 5))).toThrow(MalformedProtobuf);
  });
});

describe('the status of a refusal', () => {
  test('carries code and message', () => {
    const bytes = encodeStatus({ code: 3, message: 'bad' });
    expect(oracle.status.toObject(oracle.status.decode(bytes))).toEqual({
      code: 3,
      message: 'bad',
    });
    expect(decodeStatus(bytes)).toEqual({ code: 3, message: 'bad' });
    expect(encodeStatusJson({ code: 3, message: 'bad' })).toBe('{"code":3,"message":"bad"}');
  });

  test.each([
    [1500, { seconds: '1', nanos: 500_000_000 }, '1.5s'],
    [0, {}, '0s'],
    [30_000, { seconds: '30' }, '30s'],
    [0.25, { nanos: 250_000 }, '0.00025s'],
  ])('says to wait %d ms', (retryAfterMs, duration, text) => {
    const status = { code: 14, message: 'busy', retryAfterMs };
    const bytes = encodeStatus(status);
    const [detail] = oracle.status.toObject(oracle.status.decode(bytes))['details'];
    expect(detail.type_url).toBe('type.googleapis.com/google.rpc.RetryInfo');
    const info = oracle.retryInfo.toObject(oracle.retryInfo.decode(detail.value), {
      longs: String,
    });
    expect(info).toEqual({ retryDelay: duration });
    expect(decodeStatus(bytes)).toEqual(status);
    expect(JSON.parse(encodeStatusJson(status)).details).toEqual([
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: text },
    ]);
  });

  test('may carry other details, which tell us nothing', () => {
    const details = [{ type_url: 'type.googleapis.com/google.rpc.Help', value: Uint8Array.of(1) }];
    const bytes = oracle.status.encode(oracle.status.fromObject({ code: 8, details })).finish();
    expect(decodeStatus(bytes)).toEqual({ code: 8, message: '' });
  });
});
