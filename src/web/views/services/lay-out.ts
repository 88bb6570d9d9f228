/** Where nodes and lines of the map lie: callers left of those they call, or above them where it is narrow. dagre is loaded with the first map. */
import type { Size } from '../../parts/use-size.ts';
import { edgeKey, type ServicesMap } from './services-map.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface EdgeLayout {
  /** From the border of one node to that of the other. */
  readonly points: readonly Point[];
  /** Middle of its label. */
  readonly label: Point;
}

export type Flow = 'right' | 'down';

export interface MapLayout {
  readonly flow: Flow;
  /** Of each node. */
  readonly node: Size;
  /** Middles of the nodes, by name. */
  readonly nodes: ReadonlyMap<string, Point>;
  /** By edgeKey. */
  readonly edges: ReadonlyMap<string, EdgeLayout>;
  readonly width: number;
  readonly height: number;
}

/** Of a node, and for what is said of a line, which is nothing where it is narrow. */
const ROOM: Readonly<Record<Flow, { readonly node: Size; readonly label: Size }>> = {
  right: { node: { width: 176, height: 48 }, label: { width: 104, height: 16 } },
  down: { node: { width: 120, height: 48 }, label: { width: 0, height: 0 } },
};
const SPACING = {
  right: { rankdir: 'LR', nodesep: 28, ranksep: 36, edgesep: 20 },
  down: { rankdir: 'TB', nodesep: 10, ranksep: 80, edgesep: 8, ranker: 'tight-tree' },
} as const;
const MARGIN = 24;

/** What the layout depends on: numbers may change without anything moving. */
export function layoutKey({ nodes, edges }: Pick<ServicesMap, 'nodes' | 'edges'>): string {
  const names = nodes.map(({ service }) => service).sort();
  return JSON.stringify([names, edges.map(edgeKey).sort()]);
}

/** In an order that is always the same, so that a reload shows the same picture. */
export async function layOut(
  { nodes, edges }: Pick<ServicesMap, 'nodes' | 'edges'>,
  flow: Flow = 'right',
): Promise<MapLayout> {
  const { node, label } = ROOM[flow];
  const { Graph, layout } = await import('@dagrejs/dagre');
  const graph = new Graph();
  graph.setGraph({
    ...SPACING[flow],
    ...{ marginx: MARGIN, marginy: MARGIN },
  });
  const names = nodes.map(({ service }) => service).sort();
  // dagre keeps names as keys of plain objects, where one such as __proto__ is no key.
  const ids = new Map(names.map((name, place) => [name, `n${place}`]));
  const idOf = (name: string): string => ids.get(name)!;
  for (const name of names) graph.setNode(idOf(name), { ...node });
  const drawn = edges
    .filter(({ from, to }) => ids.has(from) && ids.has(to))
    .toSorted((a, b) => (edgeKey(a) < edgeKey(b) ? -1 : 1));
  for (const { from, to } of drawn)
    graph.setEdge(idOf(from), idOf(to), { ...label, labelpos: 'c' });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    ...{ flow, node },
    nodes: new Map(names.map((name) => [name, pointOf(graph.node(idOf(name)))])),
    edges: new Map(
      drawn.map((edge) => {
        const laid = graph.edge(idOf(edge.from), idOf(edge.to));
        const [from, to] = [edge.from, edge.to].map((name) => pointOf(graph.node(idOf(name)))) as [
          Point,
          Point,
        ];
        const inner = (laid.points ?? []).slice(1, -1).map(pointOf);
        const points = betweenSides(from, inner, to, flow, node);
        const middle = flow === 'right' ? pointOf(laid) : points[points.length >> 1]!;
        return [edgeKey(edge), { points, label: middle }];
      }),
    ),
    ...{ width, height },
  };
}

const pointOf = ({ x = 0, y = 0 }: { x?: number; y?: number }): Point => ({ x, y });

/** Of a node's side: a call back ends beside those that go on, or else nobody sees which of them its arrow is of. */
const BACK = 1 / 4;

/** From the side of one node to the facing side of the other; a call back goes the other way round. */
function betweenSides(
  from: Point,
  inner: readonly Point[],
  to: Point,
  flow: Flow,
  { width, height }: Size,
): readonly Point[] {
  if (flow === 'down') {
    const isBack = to.y < from.y;
    const side = (isBack ? -height : height) / 2;
    const by = isBack ? width * BACK : 0;
    return [{ x: from.x + by, y: from.y + side }, ...inner, { x: to.x + by, y: to.y - side }];
  }
  const isBack = to.x < from.x;
  const side = (isBack ? -width : width) / 2;
  const by = isBack ? height * BACK : 0;
  return [{ x: from.x + side, y: from.y + by }, ...inner, { x: to.x - side, y: to.y + by }];
}

/** A line through the points, along the flow at each of them, as an SVG path. */
export function pathThrough(points: readonly Point[], flow: Flow): string {
  let d = '';
  for (const [place, point] of points.entries()) {
    const before = points[place - 1];
    if (before === undefined) {
      d = `M${at(point)}`;
      continue;
    }
    const middle = { x: (before.x + point.x) / 2, y: (before.y + point.y) / 2 };
    const [leaves, arrives] =
      flow === 'right'
        ? [
            { x: middle.x, y: before.y },
            { x: middle.x, y: point.y },
          ]
        : [
            { x: before.x, y: middle.y },
            { x: point.x, y: middle.y },
          ];
    d += `C${at(leaves)} ${at(arrives)} ${at(point)}`;
  }
  return d;
}

const at = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** The nearest node in a direction; undefined at the border. */
export function nodeBeside(
  { nodes }: MapLayout,
  from: string,
  { x, y }: Point,
): string | undefined {
  const here = nodes.get(from);
  if (here === undefined) return undefined;
  let best: { readonly name: string; readonly cost: number } | undefined;
  for (const [name, there] of nodes) {
    const [dx, dy] = [there.x - here.x, there.y - here.y];
    const along = dx * x + dy * y;
    if (name === from || along <= 1) continue;
    // What lies aside is further away than what lies straight ahead.
    const cost = along + 2 * Math.abs(dx * y + dy * x);
    if (best === undefined || cost < best.cost) best = { name, cost };
  }
  return best?.name;
}
