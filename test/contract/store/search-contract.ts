import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidParameter } from '../../../src/model/errors.ts';
import type { TraceQuery } from '../../../src/store/contracts/trace-query.ts';
import type { RequestSpec } from '../../support/otlp-request.ts';
import { openedStores } from './opened-stores.ts';
import {
  allPages,
  found,
  NEVER_ABORTED,
  type OpenStore,
  readerOf,
  Sender,
  type StoreUnderTest,
  traceIdOf,
} from './store-under-test.ts';

const START = 1_767_323_045_000_000_000n;
const MS = 1_000_000n;

/** Six traces, each different from the others in one way. */
const TRACES: readonly RequestSpec[] = [
  { service: 'shop', spans: [{ name: 'GET /', kind: 'server', durationMs: 10 }] },
  { service: 'shop', spans: [{ name: 'GET /', kind: 'server', durationMs: 80, status: 'error' }] },
  {
    service: 'shop',
    attributes: { region: 'eu', 'host.cores': 8 },
    spans: [
      { name: 'GET /cart', kind: 'server' },
      { name: 'SELECT', parent: 0, kind: 'client', attributes: { 'db.system.name': 'postgresql' } },
    ],
  },
  {
    service: 'mail',
    spans: [
      {
        name: 'send',
        atMs: 5_000,
        durationMs: 10,
        attributes: { 'http.response.status_code': 404, retried: true, ratio: 1.5, region: 'us' },
      },
    ],
  },
  { spans: [{ name: 'GET /', durationMs: 10 }] },
  { service: 'mail', spans: [{ name: 'still open', endUnixNano: 0n }] },
];

async function sendAll(store: StoreUnderTest): Promise<void> {
  const sender = new Sender(store.writer);
  for (const [i, spec] of TRACES.entries()) {
    const [first, ...rest] = spec.spans!;
    const spans = [{ ...first, traceId: traceIdOf(i) }, ...rest];
    await sender.sendSpec({ ...spec, spans, seed: i + 1 });
  }
}

export function describeSearch(open: OpenStore): void {
  const stores = openedStores(open);

  describe('searching', () => {
    const cases: readonly (readonly [string, TraceQuery, readonly number[]])[] = [
      ['everything, newest first', {}, [5, 4, 3, 2, 1, 0]],
      ['service', { service: 'shop' }, [2, 1, 0]],
      ['a service without a name', { service: 'unknown_service' }, [4]],
      ['operation', { operation: 'GET /' }, [4, 1, 0]],
      ['service and operation', { service: 'shop', operation: 'GET /' }, [1, 0]],
      ['nothing: no span has both', { service: 'mail', operation: 'GET /' }, []],
      ['status Failed', { status: 'Failed' }, [1]],
      ['status Running', { status: 'Running' }, [5]],
      ['status Completed', { status: 'Completed' }, [4, 3, 2, 0]],
      ['kind', { kind: 'DatabaseQuery' }, [2]],
      ['kind AsyncTask', { kind: 'AsyncTask' }, [2, 1, 0]],
      ['least duration', { minDurationNano: 80n * MS }, [1]],
      ['a nanosecond too long', { minDurationNano: 80n * MS + 1n }, []],
      ['greatest duration', { maxDurationNano: 10n * MS, service: 'mail' }, [3]],
      ['least of the whole', { took: { minNano: 80n * MS, asOfUnixNano: START } }, [1]],
      [
        'greatest of the whole',
        { took: { maxNano: 10n * MS, asOfUnixNano: START }, service: 'mail' },
        [5, 3],
      ],
      ['start from', { fromUnixNano: START + 5_000n * MS }, [3]],
      ['start before', { toUnixNano: START + 5_000n * MS, service: 'mail' }, [5]],
      ['start a nanosecond after', { fromUnixNano: START + 5_000n * MS + 1n }, []],
      ['text attribute', { attributes: [{ key: 'db.system.name', value: 'postgresql' }] }, [2]],
      ['int', { attributes: [{ key: 'http.response.status_code', value: '404' }] }, [3]],
      ['bool', { attributes: [{ key: 'retried', value: 'true' }] }, [3]],
      ['double', { attributes: [{ key: 'ratio', value: '1.5' }] }, [3]],
      ['of the resource', { attributes: [{ key: 'region', value: 'eu' }] }, [2]],
      ['int of the resource', { attributes: [{ key: 'host.cores', value: '8' }] }, [2]],
      [
        'service.name as an attribute',
        { attributes: [{ key: 'service.name', value: 'mail' }] },
        [5, 3],
      ],
      [
        'two attributes, of span and resource',
        {
          attributes: [
            { key: 'region', value: 'us' },
            { key: 'retried', value: 'true' },
          ],
        },
        [3],
      ],
      ['a value that is only a part', { attributes: [{ key: 'region', value: 'e' }] }, []],
      ['an unknown key', { attributes: [{ key: 'nowhere', value: '' }] }, []],
    ];

    describe('the same six traces', () => {
      let store: StoreUnderTest;
      beforeAll(async () => {
        store = await open();
        await sendAll(store);
      });
      afterAll(() => store.close());

      it.each(cases)('by %s', async (_, query, expected) => {
        expect(await found(store, query)).toEqual(expected.map((i) => traceIdOf(i)));
      });
    });

    it('an attribute of the span hides that of its resource', async () => {
      const store = await stores.open();
      await new Sender(store.writer).sendSpec({
        attributes: { tier: 'outer' },
        spans: [{ attributes: { tier: 'inner' } }],
      });
      expect(await found(store, { attributes: [{ key: 'tier', value: 'outer' }] })).toEqual([]);
      expect(await found(store, { attributes: [{ key: 'tier', value: 'inner' }] })).toHaveLength(1);
    });

    it('finds nothing in an empty store', async () => {
      const store = await stores.open();
      const page = await readerOf(store).search({}, NEVER_ABORTED);
      const none = { spans: 0, of: 0, blocksRead: 0, blocksTotal: 0 };
      const examined = { memory: { spans: 0, of: 0 }, store: none };
      expect(page).toEqual({ items: [], next: undefined, examined });
    });

    it('summarises what it finds', async () => {
      const store = await stores.open();
      await sendAll(store);
      const page = await readerOf(store).search({ kind: 'DatabaseQuery' }, NEVER_ABORTED);
      expect(page.items).toEqual([
        expect.objectContaining({
          traceId: traceIdOf(2),
          root: { name: 'GET /cart', service: 'shop' },
          operations: ['GET /cart', 'SELECT'],
          spanCount: 2,
          errorCount: 0,
          status: 'Completed',
          inMemoryOnly: false,
        }),
      ]);
      expect(page.examined.memory).toEqual({ spans: 0, of: 0 });
      expect(page.examined.store.of).toBe(7);
      expect(page.examined.store.spans).toBeGreaterThan(0);
    });
  });

  describe('pages of a search', () => {
    it('give each trace once, by its newest matching span', async () => {
      const store = await stores.open();
      const sender = new Sender(store.writer);
      // Forty traces whose spans come interleaved, three rounds of them.
      const spans = Array.from({ length: 40 }, (_, i) => ({ traceId: traceIdOf(i) }));
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 40; i += 8)
          await sender.sendSpec({ seed: round * 100 + i, spans: spans.slice(i, i + 8) });
      }
      const pages = await allPages(readerOf(store), { limit: 7 });
      expect(pages.every((page) => page.length <= 7)).toBe(true);
      expect(pages.flat()).toEqual(Array.from({ length: 40 }, (_, i) => traceIdOf(39 - i)));
    });

    it('stay true to themselves while more arrives', async () => {
      const store = await stores.open();
      const sender = new Sender(store.writer);
      for (let i = 0; i < 10; i++) await sender.sendSpec({ spans: [{ traceId: traceIdOf(i) }] });
      const reader = readerOf(store);
      const first = await reader.search({ limit: 5 }, NEVER_ABORTED);
      // A new trace, and a new span each of one that was shown and one that was not.
      for (const i of [10, 8, 3]) {
        await sender.sendSpec({ seed: 50 + i, spans: [{ traceId: traceIdOf(i) }] });
      }
      const second = await reader.search({ limit: 5, cursor: first.next! }, NEVER_ABORTED);
      expect(first.items.map((item) => item.traceId)).toEqual([9, 8, 7, 6, 5].map(traceIdOf));
      expect(second.items.map((item) => item.traceId)).toEqual([4, 3, 2, 1, 0].map(traceIdOf));
    });

    it('keep to the range of the first one where it was reckoned from the present', async () => {
      const store = await stores.open();
      const startUnixNano = 1_767_323_045_000_000_000n;
      const sender = new Sender(store.writer);
      for (let i = 0; i < 4; i++)
        await sender.sendSpec({ startUnixNano, spans: [{ traceId: traceIdOf(i) }] });
      const reader = readerOf(store);
      const lastNano = 60_000_000_000n;
      const query = { limit: 3, lastNano, fromUnixNano: startUnixNano };
      const first = await reader.search(query, NEVER_ABORTED);
      const later = { ...query, fromUnixNano: startUnixNano + lastNano, cursor: first.next! };
      const second = await reader.search(later, NEVER_ABORTED);
      expect(second.items.map((item) => item.traceId)).toEqual([traceIdOf(0)]);
      await expect(
        reader.search({ ...later, lastNano: lastNano * 2n }, NEVER_ABORTED),
      ).rejects.toThrow(InvalidParameter);
    });

    it('refuse a cursor that is cut, invented, or of another search', async () => {
      const store = await stores.open();
      await sendAll(store);
      const reader = readerOf(store);
      const { next } = await reader.search({ limit: 1 }, NEVER_ABORTED);
      for (const cursor of [next!.slice(1), next!.slice(0, -2), 'AAAA', '', 'x'.repeat(5_000)]) {
        await expect(reader.search({ limit: 1, cursor }, NEVER_ABORTED)).rejects.toThrow(
          InvalidParameter,
        );
      }
      await expect(
        reader.search({ limit: 1, cursor: next!, service: 'shop' }, NEVER_ABORTED),
      ).rejects.toThrow(InvalidParameter);
    });

    it('stop when nobody wants them any more', async () => {
      const store = await stores.open();
      await sendAll(store);
      const gone = AbortSignal.abort();
      await expect(readerOf(store).search({}, gone)).rejects.toThrow(/abort/i);
    });
  });
}
