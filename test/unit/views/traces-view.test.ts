import { describe, expect, it } from 'vitest';
import { InvalidParameter } from '../../../src/model/errors.ts';
import { tracesView } from '../../../src/views/traces/traces-view.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { ORDER } from '../../support/trace-examples.ts';
import { traceReaderOver } from '../../support/trace-reader-over.ts';

const never = new AbortController().signal;
const NOW = 1_767_323_100_000_000_000n;
const view = tracesView(new ManualClock(NOW));

describe('the parameters of a search', () => {
  it('are all optional', () => {
    expect(view.parseParams({})).toEqual({});
    expect(view.parseParams(undefined)).toEqual({});
    expect(view.parseParams({ service: '', attribute: [''] })).toEqual({});
  });

  it('become a query', () => {
    expect(
      view.parseParams({
        service: 'shop',
        operation: 'POST /orders',
        status: 'failed',
        kind: 'databasequery',
        min_duration: '200ms',
        max_duration: '1.5s',
        from: '2026-01-02T03:04:05.000000001Z',
        to: '1767323100000000000',
        attribute: ['http.response.status_code=502', 'q=a=b', 'empty='],
        column: ['http.route', 'service.version', 'http.route'],
        limit: '50',
        cursor: 'abc',
      }),
    ).toEqual({
      service: 'shop',
      operation: 'POST /orders',
      status: 'Failed',
      kind: 'DatabaseQuery',
      minDurationNano: 200_000_000n,
      maxDurationNano: 1_500_000_000n,
      fromUnixNano: 1_767_323_045_000_000_001n,
      toUnixNano: NOW,
      attributes: [
        { key: 'http.response.status_code', value: '502' },
        { key: 'q', value: 'a=b' },
        { key: 'empty', value: '' },
      ],
      columns: ['http.route', 'service.version'],
      limit: 50,
      cursor: 'abc',
    });
  });

  it('say how far back', () => {
    expect(view.parseParams({ last: '1h' })).toEqual({
      fromUnixNano: NOW - 3_600_000_000_000n,
      lastNano: 3_600_000_000_000n,
    });
  });

  it.each([
    [{ status: 'broken' }, 'status: expected one of Running, Completed, Failed, got "broken"'],
    [
      { kind: 'server' },
      'kind: expected one of Function, AsyncTask, DatabaseQuery, ExternalCall, got "server"',
    ],
    [
      { min_duration: '200' },
      'min_duration: expected a number with a unit (ns, us, ms, s, m, h, d) such as 200ms, got "200"',
    ],
    [
      { min_duration: '2s', max_duration: '1s' },
      'max_duration: expected no less than min_duration',
    ],
    [
      { from: 'yesterday' },
      'from: expected a time such as 2026-01-02T03:04:05Z or nanoseconds since 1970, got "yesterday"',
    ],
    [{ from: '2', to: '1' }, 'from: expected a time before to'],
    [{ last: '1h', to: '9' }, 'last: expected instead of from and to, not beside them'],
    [{ last: '0s' }, 'last: expected more than nothing'],
    [
      { attribute: 'GET' },
      'attribute: expected key=value, such as http.response.status_code=500, got "GET"',
    ],
    [{ attribute: Array(17).fill('a=b') }, 'attribute: expected at most 16 of them'],
    [{ column: ['a', 'b', 'c', 'd', 'e'] }, 'column: expected at most 4 keys of at most 256'],
    [{ column: 'x'.repeat(257) }, 'column: expected at most 4 keys'],
    [{ limit: '1001' }, 'limit: expected a whole number from 1 to 1000, got "1001"'],
    [{ limit: '-1' }, 'limit: expected a whole number from 1 to 1000, got "-1"'],
    [{ cursor: 'x'.repeat(2000) }, 'cursor: expected the `next` of another page'],
    [{ servce: 'shop' }, '"servce": unknown parameter; known are service, operation, status'],
    [{ service: { a: 1 } }, '"service": expected text or a number'],
    ['service=shop', 'parameters: expected an object of names and values'],
  ])('are refused when wrong: %o', (raw, message) => {
    expect(() => view.parseParams(raw)).toThrow(InvalidParameter);
    expect(() => view.parseParams(raw)).toThrow(message);
  });
});

describe('a search', () => {
  it('finds traces by what one of their spans was, newest first', async () => {
    const reader = await traceReaderOver(
      ORDER,
      { service: 'shop', seed: 2, spans: [{ name: 'GET /cart', kind: 'server' }] },
      { service: 'other', seed: 3, spans: [{ name: 'GET /cart', kind: 'server' }] },
    );
    const found = async (raw: Record<string, string | string[]>) => {
      const page = await view.render(reader, view.parseParams(raw), never);
      return page.items.map(({ root }) => `${root.service} ${root.name}`);
    };
    expect(await found({})).toEqual(['other GET /cart', 'shop GET /cart', 'shop POST /orders']);
    expect(await found({ service: 'shop' })).toEqual(['shop GET /cart', 'shop POST /orders']);
    expect(await found({ service: 'payment', status: 'Failed' })).toEqual(['shop POST /orders']);
    expect(await found({ min_duration: '1s' })).toEqual(['shop POST /orders']);
    expect(await found({ attribute: ['server.address=payment'] })).toEqual(['shop POST /orders']);
    expect(await found({ kind: 'DatabaseQuery', max_duration: '1ms' })).toEqual([]);
  });
});

describe('attributes that are asked for', () => {
  it('are told of each trace: by its root, or else by the first span or resource that says something', async () => {
    const long = 'x'.repeat(98) + '😀'.repeat(9);
    const reader = await traceReaderOver({
      service: 'shop',
      seed: 4,
      attributes: { 'service.version': '1.2' },
      spans: [
        { name: 'root', atMs: 5, durationMs: 50, attributes: { route: '/cart', count: 3 } },
        { name: 'a', parent: 0, atMs: 9, attributes: { user: 'late', long } },
        { name: 'b', parent: 0, atMs: 7, attributes: { route: '/no', user: 'early' } },
      ],
    });
    const ask = async (...column: string[]) => {
      const page = await view.render(reader, view.parseParams({ column }), never);
      return page.items[0]!.attributes;
    };
    expect(await ask()).toBeUndefined();
    expect(await ask('nobody')).toEqual([]);
    expect(await ask('user', 'route', 'service.version', 'count')).toEqual([
      { key: 'user', value: 'early' },
      { key: 'route', value: '/cart' },
      { key: 'service.version', value: '1.2' },
      { key: 'count', value: '3' },
    ]);
    expect(await ask('long')).toEqual([{ key: 'long', value: `${'x'.repeat(98)}…` }]);
  });

  it('may change from page to page', async () => {
    const reader = await traceReaderOver(ORDER, {
      service: 'shop',
      seed: 2,
      spans: [{ name: 'GET /cart', attributes: { a: 'b' } }],
    });
    const first = await view.render(reader, view.parseParams({ limit: 1, column: 'a' }), never);
    expect(first.items[0]!.attributes).toEqual([{ key: 'a', value: 'b' }]);
    const next = view.parseParams({ limit: 1, cursor: first.next!, column: 'c' });
    expect((await view.render(reader, next, never)).items).toHaveLength(1);
  });
});
