import { describe, expect, test } from 'vitest';
import {
  layOut,
  layoutKey,
  nodeBeside,
  pathThrough,
} from '../../../../../src/web/views/services/lay-out.ts';
import {
  begun,
  fitted,
  revealed,
  scaleToRead,
  zoomed,
} from '../../../../../src/web/views/services/map-place.ts';
import {
  edgeKey,
  edgeWords,
  errorShare,
  type ServiceEdge,
  type ServiceNode,
} from '../../../../../src/web/views/services/services-map.ts';

const numbers = { errors: 5, ratePerSecond: 2, p50Nano: '1000000', p95Nano: '2000000' };
const node = (service: string): ServiceNode => ({
  ...numbers,
  ...{ service, type: 'service', spans: 100, p99Nano: '3000000' },
});
const edge = (from: string, to: string): ServiceEdge => ({
  ...numbers,
  ...{ from, to, calls: 50, protocol: 'http' },
});
const map = {
  nodes: ['web', 'shop', 'pay', 'db'].map(node),
  edges: [edge('web', 'shop'), edge('shop', 'pay'), edge('shop', 'db'), edge('pay', 'web')],
};

describe('the layout', () => {
  test('puts callers left of what they call, the same whatever the order', async () => {
    const one = await layOut(map);
    const other = await layOut({
      nodes: map.nodes.toReversed(),
      edges: map.edges.toReversed(),
    });
    expect(one).toEqual(other);
    const x = (name: string) => one.nodes.get(name)!.x;
    expect(x('web')).toBeLessThan(x('shop'));
    expect(x('shop')).toBeLessThan(x('db'));
    expect(layoutKey(map)).toBe(layoutKey({ ...map, nodes: map.nodes.toReversed() }));
  });

  test('draws lines from side to side, also of a call back', async () => {
    const { nodes, edges, node: box } = await layOut(map);
    for (const one of map.edges) {
      const { points } = edges.get(edgeKey(one))!;
      const back = nodes.get(one.from)!.x > nodes.get(one.to)!.x;
      const side = (box.width / 2) * (back ? -1 : 1);
      expect(points[0]!.x).toBeCloseTo(nodes.get(one.from)!.x + side);
      expect(points.at(-1)!.x).toBeCloseTo(nodes.get(one.to)!.x - side);
      expect(pathThrough(points, 'right')).toMatch(/^M[\d.-]+ [\d.-]+(?:C[\d. -]+)+$/);
    }
  });

  test('puts callers above what they call where it is narrow, lines from below to above', async () => {
    const { nodes, edges, node: box, width } = await layOut(map, 'down');
    const y = (name: string) => nodes.get(name)!.y;
    expect(y('web')).toBeLessThan(y('shop'));
    expect(y('shop')).toBeLessThan(y('db'));
    expect(width).toBeLessThan((await layOut(map)).width);
    const { points, label } = edges.get(edgeKey(map.edges[0]!))!;
    expect(points[0]!.y).toBeCloseTo(y('web') + box.height / 2);
    expect(points.at(-1)!.y).toBeCloseTo(y('shop') - box.height / 2);
    expect(label.y).toBeGreaterThanOrEqual(points[0]!.y);
    const down = { x: 1, y: 1 };
    const from = { x: 1, y: 0 };
    expect(pathThrough([from, { x: 9, y: 8 }], 'down')).toBe('M1.0 0.0C1.0 4.0 9.0 4.0 9.0 8.0');
    expect(pathThrough([from, down], 'right')).toBe('M1.0 0.0C1.0 0.0 1.0 1.0 1.0 1.0');
  });

  test('lets a call back end beside the calls that go on', async () => {
    const circle = [edge('a', 'b'), edge('b', 'c'), edge('c', 'a')];
    const given = { nodes: ['a', 'b', 'c'].map(node), edges: circle };
    for (const [flow, along] of [
      ['right', 'y'],
      ['down', 'x'],
    ] as const) {
      const { edges } = await layOut(given, flow);
      const [on, , back] = circle.map((one) => edges.get(edgeKey(one))!.points);
      expect(Math.abs(back!.at(-1)![along] - on![0]![along]), flow).toBeGreaterThan(8);
    }
  });

  test('leaves out lines whose ends are not there', async () => {
    const { edges } = await layOut({ nodes: [node('web')], edges: [edge('web', 'gone')] });
    expect(edges.size).toBe(0);
  });

  test('knows what lies beside', async () => {
    const layout = await layOut({ ...map, edges: map.edges.slice(0, 3) });
    expect(nodeBeside(layout, 'web', { x: 1, y: 0 })).toBe('shop');
    expect(nodeBeside(layout, 'shop', { x: -1, y: 0 })).toBe('web');
    expect(nodeBeside(layout, 'web', { x: -1, y: 0 })).toBeUndefined();
  });
});

test('names that run into each other are different lines', () => {
  expect(edgeKey(edge('ab', 'c'))).not.toBe(edgeKey(edge('a', 'bc')));
});

test('a line in words', () => {
  expect(edgeWords(edge('web', 'shop'))).toBe('web calls shop: 2/s, 10% errors, p95 2.00 ms');
  expect(errorShare({ ...edge('a', 'b'), calls: 0 })).toBe(0);
});

describe('what is seen of the map', () => {
  const window = { width: 1000, height: 500 };

  test('is all of it in the middle, and small maps are not blown up', () => {
    const { scale, x } = fitted({ width: 2000, height: 500 }, window);
    expect(scale).toBe(0.5);
    expect(x).toBe(0);
    expect(fitted({ width: 100, height: 100 }, window).scale).toBeLessThan(1.2);
    expect(fitted({ width: 0, height: 0 }, window).scale).toBe(1);
  });

  test('keeps what is under the pointer when it is zoomed, within bounds', () => {
    const place = { scale: 1, x: 40, y: 10 };
    const at = { x: 300, y: 200 };
    const closer = zoomed(place, 2, at);
    expect((at.x - closer.x) / closer.scale).toBeCloseTo((at.x - place.x) / place.scale);
    expect((at.y - closer.y) / closer.scale).toBeCloseTo((at.y - place.y) / place.scale);
    expect(zoomed(place, 1e9, at).scale).toBeLessThan(4);
    expect(zoomed(place, 0, at).scale).toBeGreaterThan(0);
  });

  test('begins where it can be read, at the top, and comes closer to what is chosen', () => {
    const phone = { width: 390, height: 600 };
    const { scale, x, y } = begun({ width: 900, height: 1_200 }, phone, 'down');
    expect(scale).toBeGreaterThan(0.7);
    expect([x + (900 * scale) / 2, y]).toEqual([195, 0]);
    expect(begun({ width: 300, height: 400 }, phone, 'down')).toEqual(
      fitted({ width: 300, height: 400 }, phone),
    );
    const box = { x: 500, y: 700, width: 100, height: 50 };
    const seen = revealed({ scale: 0.2, x: 0, y: 0 }, box, phone, scale);
    expect(seen.scale).toBe(scale);
    expect(550 * seen.scale + seen.x).toBeCloseTo(195);
    expect(725 * seen.scale + seen.y).toBeCloseTo(300);
  });

  test('of hundreds of services begins where it can be read, at the callers', () => {
    const many = { width: 500, height: 15_000 };
    expect(fitted(many, window).scale * many.height).toBeCloseTo(window.height);
    const { scale, x, y } = begun(many, window, 'right');
    expect(scale).toBeGreaterThan(0.7);
    expect(x).toBeGreaterThanOrEqual(0);
    expect(y + (many.height * scale) / 2).toBeCloseTo(window.height / 2);
    expect(begun({ width: 15_000, height: 300 }, window, 'right').x).toBe(0);
    expect(scaleToRead({ scale: 0.05, x: 0, y: 0 }, 'right')).toBe(scale);
    expect(scaleToRead({ scale: 0.5, x: 0, y: 0 }, 'right')).toBe(0);
  });

  test('moves no further than it takes', () => {
    const place = { scale: 1, x: 0, y: 0 };
    const box = { x: 100, y: 100, width: 50, height: 50 };
    expect(revealed(place, box, window)).toEqual(place);
    expect(revealed({ ...place, x: -200 }, box, window).x).toBe(-84);
    expect(revealed(place, { ...box, x: 2000 }, window).x).toBe(1000 - 16 - 2050);
  });
});
