import { describe, expect, it } from 'vitest';
import type { ServiceMap } from '../../../src/model/service-map.ts';
import { LocalRenderer } from '../../support/local-renderer.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { buildRequest, type RequestSpec } from '../../support/otlp-request.ts';
import { ORDER } from '../../support/trace-examples.ts';

/** A minute after the traces began. */
const NOW = 1_767_323_045_000_000_000n + 60_000_000_000n;

async function rendererOf(...specs: RequestSpec[]) {
  const clock = new ManualClock(NOW);
  const renderer = new LocalRenderer({ clock });
  for (const [i, spec] of specs.entries()) {
    await renderer.receive(buildRequest({ seed: i + 1, ...spec }));
  }
  return { renderer, clock, map: () => renderer.render<ServiceMap>('serviceMap', { last: '5m' }) };
}

const told = ({ edges }: ServiceMap) =>
  edges.map(({ from, to, calls, errors, protocol }) => [from, to, calls, errors, protocol]);

const call = (attributes: Record<string, string>, kind: 'client' | 'producer' = 'client') => ({
  service: 'shop',
  spans: [{ name: 'call', kind, durationMs: 8, attributes }],
});

describe('the service map', () => {
  it('has the calls between services, and those to what sent no spans', async () => {
    const { map } = await rendererOf(ORDER);
    const { nodes, edges, examined } = await map();
    expect(told(await map())).toEqual([
      ['shop', 'postgresql', 24, 0, 'database'],
      ['payment', 'psp.example', 1, 1, 'http'],
      ['shop', 'payment', 1, 1, 'http'],
      ['shop', 'warehouse', 1, 0, 'messaging'],
    ]);
    expect(nodes.map(({ service, type, spans }) => [service, type, spans])).toEqual([
      ['shop', 'service', 30],
      ['postgresql', 'database', 24],
      ['warehouse', 'service', 1],
      ['psp.example', 'external', 1],
      // Its clock is an hour behind: in this range it is known by its callers alone.
      ['payment', 'service', 1],
    ]);
    const stock = edges[0]!;
    expect(Number(stock.p50Nano) / 1e6).toBeCloseTo(14, 0);
    expect(Number(stock.p95Nano) / 1e6).toBeCloseTo(16, 0);
    expect(examined).toEqual({
      traces: 1,
      spans: 33,
      until: 1_767_323_045_000_000_000n - 3_600_000_000_000n + 460_000_000n,
      complete: true,
    });
  });

  it('names what was called by what the caller says of it', async () => {
    const { map } = await rendererOf(
      call({ 'service.peer.name': 'ledger', 'server.address': 'a.example', 'rpc.system': 'grpc' }),
      call({ 'peer.service': 'ledger' }),
      call({ 'db.system': 'redis', 'server.address': 'cache.example' }),
      call({ 'messaging.system': 'kafka' }, 'producer'),
      call({ 'server.address': 'api.example', 'http.request.method': 'GET' }),
      call({ 'net.peer.name': 'old.example' }),
      call({}),
    );
    expect(told(await map()).sort()).toEqual([
      ['shop', 'api.example', 1, 0, 'http'],
      ['shop', 'kafka', 1, 0, 'messaging'],
      ['shop', 'ledger', 2, 0, 'rpc'],
      ['shop', 'old.example', 1, 0, 'other'],
      ['shop', 'redis', 1, 0, 'database'],
    ]);
    const types = new Map((await map()).nodes.map(({ service, type }) => [service, type]));
    expect(types.get('redis')).toBe('database');
    expect(types.get('kafka')).toBe('messaging');
    expect(types.get('ledger')).toBe('external');
  });

  it('counts a call once: not again where it consists in another, nor where the called side is there', async () => {
    const { map } = await rendererOf({
      resources: [
        {
          service: 'shop',
          spans: [
            { name: 'outer', kind: 'client', attributes: { 'server.address': 'ledger.example' } },
            { name: 'inner', kind: 'client', parent: 0, status: 'error' },
          ],
        },
        { service: 'ledger', spans: [{ name: 'serve', kind: 'server', parent: 1 }] },
      ],
    });
    expect(told(await map())).toEqual([['shop', 'ledger', 1, 1, 'other']]);
  });

  it('takes what is named like a service for that service', async () => {
    const { map } = await rendererOf(call({ 'service.peer.name': 'ledger' }), {
      service: 'ledger',
      spans: [{ name: 'alone' }],
    });
    const { nodes } = await map();
    expect(nodes.map(({ service, type }) => [service, type]).sort()).toEqual([
      ['ledger', 'service'],
      ['shop', 'service'],
    ]);
    expect(told(await map())).toEqual([['shop', 'ledger', 1, 0, 'other']]);
  });

  it('serves a few seconds for all who ask, and is made anew then', async () => {
    const { renderer, map, clock } = await rendererOf(ORDER);
    const [first, second] = await Promise.all([map(), map()]);
    expect(second).toBe(first);
    await renderer.receive(buildRequest({ service: 'late', spans: [{ name: 'a' }], seed: 9 }));
    await clock.advance(4_900);
    expect(await map()).toBe(first);
    const other = await renderer.render<ServiceMap>('serviceMap', { last: '10m' });
    expect(other.nodes).toHaveLength(6);
    await clock.advance(200);
    expect((await map()).nodes).toHaveLength(6);
  });

  it('is empty where nothing came', async () => {
    const { map } = await rendererOf();
    expect(await map()).toMatchObject({
      nodes: [],
      edges: [],
      examined: { traces: 0, spans: 0, until: undefined, complete: true },
    });
  });
});
