import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonToProtobuf } from '../../../src/otlp/json/json-to-protobuf.ts';
import { LOGS_DATA } from '../../../src/otlp/json/otlp-schema.ts';
import {
  type LogEvent,
  mayHoldLogEvents,
  readLogEvents,
} from '../../../src/otlp/read-log-events.ts';
import { readSpan } from '../../../src/otlp/read-span.ts';
import { SpanScanner } from '../../../src/otlp/scan-traces.ts';
import { MalformedProtobuf } from '../../../src/otlp/wire/malformed-protobuf.ts';
import { writeTraces } from '../../../src/otlp/write-traces.ts';
import { logsJson, logsRequest, SPAN_ID, TRACE_ID } from '../../support/log-requests.ts';
import { oracle } from '../../support/otlp-proto.ts';

const START = {
  name: 'synton.span.start',
  traceId: TRACE_ID,
  spanId: SPAN_ID,
  timeUnixNano: '1700000000000000001',
  attributes: {
    'synton.span.name': 'work',
    'synton.span.parent_id': '00f067aa0ba902b7',
    'synton.span.kind': 2,
    'code.file.path': 'src/a.ts',
    'code.line.number': 12,
  },
};

test('a start is the span as far as it is known', () => {
  const request = logsRequest([START]);
  expect(mayHoldLogEvents(request)).toBe(true);
  const [event] = readLogEvents(request);
  if (event?.type !== 'start') throw new Error('no start');
  expect(readSpan(event.span)).toMatchObject({
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    parentSpanId: '00f067aa0ba902b7',
    name: 'work',
    kind: 2,
    startUnixNano: 1700000000000000001n,
    endUnixNano: 0n,
    attributes: [
      { key: 'code.file.path', value: { type: 'string', value: 'src/a.ts' } },
      { key: 'code.line.number', value: { type: 'int', value: 12n } },
    ],
  });
  expect(event.frames.process).toBe('shop\0one');
});

test('the name of the event may be an attribute, and the time the observed one', () => {
  const { name, timeUnixNano, attributes, ...rest } = START;
  const [event] = readLogEvents(
    logsRequest([
      {
        ...rest,
        observedTimeUnixNano: timeUnixNano,
        attributes: { ...attributes, 'event.name': name },
      },
    ]),
  );
  if (event?.type !== 'start') throw new Error('no start');
  const span = readSpan(event.span);
  expect(span.startUnixNano).toBe(1700000000000000001n);
  expect(span.attributes.map(({ key }) => key)).toEqual(['code.file.path', 'code.line.number']);
});

test('checkpoints and signs of life are told apart; other records are none of ours', () => {
  const events = readLogEvents(
    logsRequest([
      { name: 'synton.checkpoint', traceId: TRACE_ID, spanId: SPAN_ID, attributes: { step: 3 } },
      { name: 'gen_ai.user.message' },
      { name: 'synton.process.alive' },
      { name: 'synton.something.else' },
      { name: 'synton.process.exit', attributes: { 'process.exit.code': 1 } },
      {},
    ]),
  );
  expect(events.map(({ type }) => type)).toEqual(['checkpoint', 'alive', 'exit']);
});

describe('who the process is', () => {
  test.each([
    [{ 'service.instance.id': 'x' }, '\0x'],
    [{ 'process.pid': 7, 'host.name': 'h' }, 'h\x007'],
    [{ 'process.pid': 7 }, undefined],
    [{ 'service.name': 'shop' }, undefined],
  ])('%j', (resource, process) => {
    const [event] = readLogEvents(logsRequest([{ name: 'synton.process.alive' }], resource));
    expect(event?.frames.process).toBe(process);
  });
});

test.each([
  ['a trace id of zeros', { traceId: '0'.repeat(32) }],
  ['no span id', { spanId: '' }],
  ['a parent that is no id', { attributes: { 'synton.span.parent_id': 'xyz' } }],
  ['more attributes than a span may have', { attributes: manyAttributes(16_400) }],
])('%s: no start', (_what, change) => {
  expect(readLogEvents(logsRequest([{ ...START, ...change }, START])).length).toBe(1);
});

test('a checkpoint beyond its bound is none', () => {
  const checkpoint = { name: 'synton.checkpoint', traceId: TRACE_ID, spanId: SPAN_ID };
  const large = { ...checkpoint, attributes: { text: 'x'.repeat(9_000) } };
  expect(readLogEvents(logsRequest([large, checkpoint])).length).toBe(1);
});

test('JSON says the same as protobuf', () => {
  const read = jsonToProtobuf(logsJson([START]), LOGS_DATA);
  if (read.status !== 'ok') throw new Error(read.reason);
  const [json] = readLogEvents(read.bytes);
  const [protobuf] = readLogEvents(logsRequest([START]));
  expect(json).toEqual(protobuf);
});

test('no bytes crash it, and what it gives the scanner of spans accepts', () => {
  const valid = logsRequest([
    START,
    { name: 'synton.checkpoint', traceId: TRACE_ID, spanId: SPAN_ID, attributes: { at: 'x' } },
    { name: 'synton.process.exit' },
  ]);
  let given = 0;
  const mutation = fc.record({
    at: fc.nat(valid.length - 1),
    byte: fc.nat(255),
    cut: fc.nat(valid.length),
  });
  fc.assert(
    fc.property(fc.array(mutation, { maxLength: 4 }), fc.boolean(), (changes, isCut) => {
      const bytes = new Uint8Array(valid);
      for (const { at, byte } of changes) bytes[at] = byte;
      const end = isCut ? (changes[0]?.cut ?? bytes.length) : bytes.length;
      for (const event of eventsOrNone(bytes.subarray(0, end))) {
        given++;
        if (event.type !== 'start') continue;
        const scanner = new SpanScanner();
        scanner.scan(writeTraces([{ span: event.span, ...event.frames }]));
        expect(scanner.count).toBe(1);
      }
    }),
    { numRuns: 2_000 },
  );
  expect(given).toBeGreaterThan(100);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      eventsOrNone(bytes);
    }),
  );
});

test('a peer that knows OTLP from its definition agrees on the fields', () => {
  const decoded = oracle.logsRequest.toObject(oracle.logsRequest.decode(logsRequest([START])), {
    longs: String,
  });
  expect(JSON.stringify(decoded)).toContain('synton.span.name');
});

function eventsOrNone(bytes: Uint8Array): readonly LogEvent[] {
  try {
    return readLogEvents(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedProtobuf);
    return [];
  }
}

function manyAttributes(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, i]));
}
