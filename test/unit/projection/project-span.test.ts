import { describe, expect, it } from 'vitest';
import type { TraceSpan } from '../../../src/model/trace-span.ts';
import { projectSpan } from '../../../src/projection/project-span.ts';
import type { SpanRecord } from '../../../src/store/contracts/span-record.ts';
import type { ResourceSpec, SpanSpec } from '../../support/otlp-request.ts';
import { buildTrace } from '../../support/trace-records.ts';

const START = 1_767_323_045_000_000_000n;

function project(
  span: SpanSpec,
  around: ResourceSpec = { service: 'shop' },
  known: Partial<SpanRecord> = {},
): TraceSpan {
  const trace = buildTrace({ ...around, spans: [{ startUnixNano: START, ...span }] });
  return projectSpan({ ...trace.records[0]!, ...known });
}

describe('a span in the SYNTON model', () => {
  it('keeps what was sent and what surrounds it', () => {
    const span = project(
      {
        name: 'POST /orders',
        kind: 'server',
        durationMs: 1230,
        traceState: 'ot=th:8',
        flags: 0x301,
        droppedAttributes: 1,
        droppedEvents: 2,
        droppedLinks: 3,
        attributes: { 'http.route': '/orders', big: 2n ** 62n, nothing: null },
        links: [{ traceId: '', spanId: 'ab', attributes: { why: 'batch' } }],
      },
      {
        service: 'shop',
        attributes: { 'host.name': 'node-1' },
        schemaUrl: 'https://example.test/1',
      },
    );
    expect(span).toMatchObject({
      name: 'POST /orders',
      service: 'shop',
      kind: 'AsyncTask',
      otelKind: 'server',
      role: 'server',
      status: 'Completed',
      startUnixNano: START,
      endUnixNano: START + 1_230_000_000n,
      durationNano: 1_230_000_000n,
      parentSpanId: undefined,
      links: [{ traceId: '', spanId: 'ab' }],
      metadata: {
        traceState: 'ot=th:8',
        flags: 0x301,
        droppedAttributes: 1,
        droppedEvents: 2,
        droppedLinks: 3,
        scopeName: 'test',
        resourceSchemaUrl: 'https://example.test/1',
        inMemoryOnly: false,
        warnings: [],
      },
    });
    expect(span.attributes).toEqual([
      { key: 'http.route', value: { type: 'string', value: '/orders' } },
      { key: 'big', value: { type: 'int', value: 2n ** 62n } },
      { key: 'nothing', value: { type: 'unset' } },
    ]);
  });

  it.each([
    ['unset', 'Completed', 0],
    ['ok', 'Completed', 1],
    ['error', 'Failed', 2],
    [7, 'Completed', 7],
  ] as const)('status %s is %s, and the code is kept', (status, expected, code) => {
    const span = project({ status });
    expect([span.status, span.metadata.statusCode]).toEqual([expected, code]);
  });

  it('is Running without an end, or when only its start was reported', () => {
    for (const span of [
      project({ endUnixNano: 0n, status: 'error' }),
      project({}, {}, { origin: 'running' }),
    ]) {
      expect(span).toMatchObject({ status: 'Running', endUnixNano: undefined, durationNano: 0n });
      expect(span.events.map((event) => event.type)).toEqual(['Enter']);
    }
  });

  it('names a service that did not name itself', () => {
    expect(project({}, {}).service).toBe('unknown_service');
    expect(project({}, { attributes: { 'service.name': 7 } }).service).toBe('unknown_service');
    expect(project({}, { absent: true }).service).toBe('unknown_service');
  });

  it('keeps an end before the start as it came, with no duration and a warning', () => {
    const span = project({ endUnixNano: START - 5n });
    expect(span).toMatchObject({
      endUnixNano: START - 5n,
      durationNano: 0n,
      status: 'Completed',
      metadata: { warnings: ['end_before_start'] },
    });
  });

  it('of centuries lasts 146 years, as its row of the outline says', () => {
    const endUnixNano = 2n ** 64n - 1n;
    const spec = { service: 'shop', spans: [{ startUnixNano: START, endUnixNano }] };
    const { records, outline } = buildTrace(spec);
    expect(projectSpan(records[0]!)).toMatchObject({ endUnixNano, durationNano: 2n ** 62n });
    expect(outline.duration[0]).toBe(2n ** 62n);
  });

  it('warns of a mended string and of differing duplicates, not of a parent id of zeros', () => {
    const name = 'name';
    const spec = { raw: Uint8Array.of(0x2a, 2, 0xc3, 0x28) };
    expect(project(spec).name).toBe('\ufffd(');
    expect(project(spec).metadata.warnings).toEqual(['invalid_utf8']);
    expect(project({ name }, {}, { duplicateDiffers: true }).metadata.warnings).toEqual([
      'duplicate_differs',
    ]);
    const root = project({ parent: '0000000000000000' });
    expect(root.parentSpanId).toBeUndefined();
    expect(root.metadata.warnings).toEqual([]);
  });

  it('says when a span is held in memory alone', () => {
    expect(project({}, {}, { origin: 'memory' }).metadata.inMemoryOnly).toBe(true);
  });
});

describe('the events of a span', () => {
  it('orders them by time between Enter and Exit', () => {
    const span = project({
      name: 'charge',
      durationMs: 10,
      attributes: { 'synton.args': '[24]', 'synton.return': 'true', other: 1 },
      events: [
        { name: 'retry', atMs: 6 },
        { name: 'exception', atMs: 8, attributes: { 'exception.type': 'PspError' } },
        { name: 'synton.checkpoint', atMs: 2, attributes: { 'synton.checkpoint.name': 'paid' } },
        { name: 'synton.checkpoint', atMs: 3 },
      ],
      status: 'error',
      statusMessage: '503',
    });
    expect(span.events.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'Enter charge',
      'Checkpoint paid',
      'Checkpoint synton.checkpoint',
      'Custom retry',
      'Error exception',
      'Exit charge',
    ]);
    expect(span.events[0]!.attributes.map(({ key }) => key)).toEqual(['synton.args']);
    expect(span.events.at(-1)!.attributes.map(({ key }) => key)).toEqual(['synton.return']);
  });

  it('derives an Error at the end from an ERROR status that no exception explains', () => {
    const span = project({
      status: 'error',
      statusMessage: 'connection reset',
      durationMs: 3,
      attributes: { 'error.type': 'ECONNRESET' },
    });
    expect(span.events[1]).toEqual({
      type: 'Error',
      name: 'error',
      atUnixNano: START + 3_000_000n,
      attributes: [
        { key: 'synton.derived', value: { type: 'bool', value: true } },
        { key: 'exception.type', value: { type: 'string', value: 'ECONNRESET' } },
        { key: 'exception.message', value: { type: 'string', value: 'connection reset' } },
      ],
      droppedAttributes: 0,
    });
  });

  it('tells an exception that was survived from a failure', () => {
    const span = project({ events: [{ name: 'exception' }] });
    expect(span.status).toBe('Completed');
    expect(span.events.map((event) => event.type)).toEqual(['Enter', 'Error', 'Exit']);
  });
});
