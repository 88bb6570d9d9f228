import { describe, expect, test } from 'vitest';
import { countItems, countItemsJson } from '../../../src/otlp/count-items.ts';
import { MalformedProtobuf } from '../../../src/otlp/wire/malformed-protobuf.ts';
import { oracle } from '../../support/otlp-proto.ts';

const LOGS = {
  resourceLogs: [
    { scopeLogs: [{ logRecords: [{ severityText: 'a' }, {}] }, {}] },
    { scopeLogs: [{ logRecords: [{ body: { stringValue: 'x' } }] }] },
  ],
};

const METRICS = {
  resourceMetrics: [
    {
      scopeMetrics: [
        {
          metrics: [
            { name: 'g', gauge: { dataPoints: [{ asInt: '1' }, { asDouble: 2 }] } },
            { name: 's', sum: { dataPoints: [{ asInt: '1' }], isMonotonic: true } },
            { name: 'h', histogram: { dataPoints: [{ bucketCounts: ['1', '2'] }] } },
            { name: 'e', exponentialHistogram: { dataPoints: [{ scale: 3 }] } },
            { name: 'q', summary: { dataPoints: [{ quantileValues: [{ quantile: 0.5 }] }] } },
            { name: 'none' },
          ],
        },
      ],
    },
  ],
};

describe('requests that are counted and not kept', () => {
  test.each([
    ['logs', oracle.logsRequest, LOGS, 3],
    ['metrics', oracle.metricsRequest, METRICS, 6],
  ] as const)('%s in protobuf and in JSON', (signal, type, request, count) => {
    expect(countItems(signal, type.encode(type.fromObject(request)).finish())).toBe(count);
    const json = Buffer.from(JSON.stringify(request));
    expect(countItemsJson(signal, json)).toEqual({ status: 'ok', count });
  });

  test('proto names, unknown members and nothing at all', () => {
    const json = (text: string) => countItemsJson('metrics', Buffer.from(text));
    expect(
      json(
        '{"other":[[1]],"resource_metrics":[{"scope_metrics":[{"metrics":[{"exponential_histogram":{"data_points":[{},{}]}}]}]}]}',
      ),
    ).toEqual({ status: 'ok', count: 2 });
    expect(json('{}')).toEqual({ status: 'ok', count: 0 });
    expect(countItems('logs', new Uint8Array(0))).toBe(0);
  });

  test('what is no request is refused', () => {
    expect(() => countItems('logs', Uint8Array.of(10, 3, 1))).toThrow(MalformedProtobuf);
    for (const text of ['', '[]', '[{}]', '{"resourceLogs":1}', '{"resourceLogs":[[]]}', '{} 1']) {
      expect(countItemsJson('logs', Buffer.from(text)).status).toBe('invalid');
    }
    const deep = Buffer.from(`{"resourceLogs":${'['.repeat(1_000_000)}`);
    expect(countItemsJson('logs', deep).status).toBe('invalid');
  });
});
