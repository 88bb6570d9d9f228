import { expect, test } from 'vitest';
import type { LogEvent } from '../../../../src/otlp/read-log-events.ts';
import { ExportHandler } from '../../../../src/receivers/otlp/export-handler.ts';
import { logsJson, logsRequest, startRecord } from '../../../support/log-requests.ts';
import { testHost } from '../../../support/receiver-host.ts';
import { RecordingConsumer } from '../../../support/recording-consumer.ts';

const NO_ABORT = new AbortController().signal;
const START = startRecord('b9c7c989f97918e1', 'work');
const BOTH = [START, { name: 'other' }, { ...START, spanId: '' }, {}];

test.each([
  ['protobuf', logsRequest],
  ['json', logsJson],
] as const)(
  '%s: what tells of open spans is taken, all else is rejected by number',
  async (format, make) => {
    const host = testHost();
    const taken: LogEvent[] = [];
    const handler = new ExportHandler(new RecordingConsumer(), host, {
      take: (events) => taken.push(...events),
    });
    const send = (records: Parameters<typeof make>[0]) =>
      handler.export({ signal: 'logs', format, encoding: 'identity' }, make(records), NO_ABORT);

    expect(await send([START])).toEqual({ status: 'accepted' });
    expect(taken.map(({ type }) => type)).toEqual(['start']);
    expect(host.counters.dropped('unsupported_logs')).toBe(0);

    expect(await send(BOTH)).toMatchObject({ status: 'partial', rejectedSpans: 3 });
    expect(taken).toHaveLength(2);
    expect(host.counters.dropped('unsupported_logs')).toBe(3);
  },
);

test('where nobody takes them, every log record is rejected', async () => {
  const host = testHost();
  const handler = new ExportHandler(new RecordingConsumer(), host);
  const kind = { signal: 'logs', format: 'protobuf', encoding: 'identity' } as const;
  const outcome = await handler.export(kind, logsRequest(BOTH), NO_ABORT);
  expect(outcome).toMatchObject({ status: 'partial', rejectedSpans: 4 });
  expect(host.counters.dropped('unsupported_logs')).toBe(4);
});
