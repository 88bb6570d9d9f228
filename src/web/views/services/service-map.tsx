/** The map: seen as a whole, moved and zoomed by mouse, touch and keys; what is pointed at lights up whom it calls and who calls it. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useKeys } from '../../app/keys.ts';
import { Button } from '../../parts/button.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useSize } from '../../parts/use-size.ts';
import { servicesText } from '../../text/services-en.ts';
import { type Flow, layOut, layoutKey, type MapLayout, nodeBeside } from './lay-out.ts';
import { MapEdge, MapEdgeLabel, type MapEdgeProps } from './map-edge.tsx';
import { MapNode } from './map-node.tsx';
import { begun, fitted, type MapPlace, revealed, scaleToRead, zoomed } from './map-place.ts';
import { edgeKey, type ServicesMap } from './services-map.ts';
import './service-map.css';

export interface ServiceMapProps {
  readonly map: ServicesMap;
  readonly chosen: string | undefined;
  /** Pixels of it that lie under the panel. */
  readonly covered: number;
  onChoose(service: string | undefined): void;
}

/** More lines than that are told of only where they are pointed at. */
const TOLD_MAX = 40;
const LIT: readonly MapEdgeProps['look'][] = ['lit'];
const ALL: readonly MapEdgeProps['look'][] = ['plain', 'lit', 'dim'];
const ZOOM_STEP = 1.25;
/** Pixels: callers stand above those they call where the window is narrower. */
const DOWN_BELOW = 640;
const WHEEL = 0.002;
/** Pixels that a pointer may move and still have clicked. */
const CLICK_MAX = 4;
const DIRECTIONS: Readonly<Record<string, { x: number; y: number }>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};
const said = servicesText;

export function ServiceMap({ map, chosen, covered, onChoose }: ServiceMapProps) {
  const host = useRef<HTMLDivElement>(null);
  const key = layoutKey(map);
  const [layout, setLayout] = useState<MapLayout>();
  const [failure, setFailure] = useState<Error>();
  const [pointed, setPointed] = useState<string>();
  const [place, setPlace] = useState<MapPlace>();
  const size = useSize(host);
  const flow: Flow = size.width < DOWN_BELOW ? 'down' : 'right';
  useEffect(() => {
    if (size.width === 0) return;
    let isGone = false;
    void layOut(map, flow).then((made) => {
      if (!isGone) setLayout(made);
    }, setFailure);
    return () => {
      isGone = true;
    };
  }, [key, flow, size.width === 0]);
  const first = useMemo(
    () => layout && begun(layout, size, layout.flow),
    [layout, size.width, size.height],
  );
  const fit = (): void => setPlace(layout && fitted(layout, size));
  const shown = place ?? first ?? { scale: 1, x: 0, y: 0 };
  const zoom = (times: number, at?: { x: number; y: number }): void =>
    setPlace((was) => zoomed(was ?? shown, times, at ?? { x: size.width / 2, y: size.height / 2 }));
  const drag = useDrag(host, setPlace, shown, zoom);
  useKeys(said.keys.title, [
    { keys: ['+', '='], does: said.keys.closer, run: () => zoom(ZOOM_STEP) },
    { keys: ['-'], does: said.keys.further, run: () => zoom(1 / ZOOM_STEP) },
    { keys: ['0'], does: said.keys.fit, run: fit },
  ]);
  const lit = pointed ?? chosen;
  const beside = useMemo(() => {
    if (lit === undefined) return undefined;
    const names = new Set([lit]);
    for (const { from, to } of map.edges) {
      if (from === lit) names.add(to);
      if (to === lit) names.add(from);
    }
    return names;
  }, [map, lit]);
  const callsMax = Math.max(1, ...map.edges.map(({ calls }) => calls));
  // Where it is narrow the panel tells the numbers of lines: over one another they cannot be read.
  const toldLooks = layout?.flow === 'down' ? [] : map.edges.length <= TOLD_MAX ? ALL : LIT;
  const reveal = (name: string): void => {
    const at = layout?.nodes.get(name);
    if (layout === undefined || at === undefined || size.width === 0) return;
    const { node, flow: shownFlow } = layout;
    const scaleMin = scaleToRead(shown, shownFlow);
    const box = { x: at.x - node.width / 2, y: at.y - node.height / 2, ...node };
    const to = revealed(shown, box, { ...size, width: size.width - covered }, scaleMin);
    if (to.x !== shown.x || to.y !== shown.y || to.scale !== shown.scale) setPlace(to);
  };
  // What is chosen is not to lie under the panel that it opens.
  useEffect(() => {
    if (chosen !== undefined) reveal(chosen);
  }, [chosen, layout, covered, size.width, size.height]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const direction = DIRECTIONS[event.key];
    const from = event.target instanceof Element ? nameOf(event.target) : undefined;
    if (direction === undefined || from === undefined || layout === undefined) return;
    event.preventDefault();
    const to = nodeBeside(layout, from, direction);
    if (to === undefined) return;
    for (const element of host.current!.querySelectorAll<SVGElement>('[data-name]')) {
      if (nameOf(element) === to) element.focus({ preventScroll: true });
    }
    reveal(to);
  };
  const edges = map.edges.flatMap((edge): MapEdgeProps[] => {
    const laid = layout?.edges.get(edgeKey(edge));
    const isLit = edge.from === lit || edge.to === lit;
    const look = lit === undefined ? 'plain' : isLit ? 'lit' : 'dim';
    return laid === undefined ? [] : [{ edge, layout: laid, flow: layout!.flow, callsMax, look }];
  });
  const tabStop = chosen ?? pointed ?? map.nodes[0]?.service;
  if (failure !== undefined)
    return <Problem error={failure} onRetry={() => window.location.reload()} />;
  return (
    <div class="service-map" ref={host}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing of many */}
      <svg
        role="group"
        aria-label={said.map.label}
        aria-description={said.map.keys}
        width={size.width}
        height={size.height}
        onKeyDown={onKeyDown}
        {...drag}
      >
        {layout !== undefined && size.width > 0 && (
          <g transform={`translate(${shown.x} ${shown.y}) scale(${shown.scale})`}>
            {edges.map((given) => (
              <MapEdge key={edgeKey(given.edge)} {...given} />
            ))}
            {edges
              .filter(({ look }) => toldLooks.includes(look))
              .map((given) => (
                <MapEdgeLabel key={edgeKey(given.edge)} {...given} />
              ))}
            {map.nodes.map((node) => {
              const at = layout.nodes.get(node.service);
              return at === undefined ? null : (
                <MapNode
                  key={node.service}
                  node={node}
                  at={at}
                  size={layout.node}
                  isChosen={node.service === chosen}
                  isDim={beside !== undefined && !beside.has(node.service)}
                  isTabStop={node.service === tabStop}
                  onChoose={() => onChoose(node.service === chosen ? undefined : node.service)}
                  onPoint={(isOver) => setPointed(isOver ? node.service : undefined)}
                />
              );
            })}
          </g>
        )}
      </svg>
      <div class="service-map-zoom">
        <Button label={said.zoom.out} onClick={() => zoom(1 / ZOOM_STEP)}>
          −
        </Button>
        <Button label={said.zoom.in} onClick={() => zoom(ZOOM_STEP)}>
          +
        </Button>
        <Button onClick={fit}>{said.zoom.fit}</Button>
      </div>
    </div>
  );
}

const nameOf = (element: Element): string | undefined =>
  element.closest('[data-name]')?.getAttribute('data-name') ?? undefined;

interface Pointer {
  readonly x: number;
  readonly y: number;
}

/** One pointer moves the map, two zoom it, the wheel zooms where it points. A click stays a click. */
function useDrag(
  host: { current: HTMLElement | null },
  setPlace: (place: MapPlace) => void,
  shown: MapPlace,
  zoom: (times: number, at: { x: number; y: number }) => void,
) {
  const pointers = useRef(new Map<number, Pointer>());
  const moved = useRef(0);
  const newest = useRef({ shown, zoom });
  newest.current = { shown, zoom };
  const within = (event: MouseEvent): Pointer => {
    const box = host.current!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  useEffect(() => {
    const element = host.current!;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      newest.current.zoom(Math.exp(-event.deltaY * WHEEL), within(event));
    };
    // Not passive: the page is not to scroll with it.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [host]);
  const end = (event: PointerEvent): void => {
    pointers.current.delete(event.pointerId);
  };
  return {
    onPointerDown(event: PointerEvent): void {
      if (event.button !== 0) return;
      pointers.current.set(event.pointerId, within(event));
      moved.current = 0;
    },
    onPointerMove(event: PointerEvent): void {
      const was = pointers.current.get(event.pointerId);
      if (was === undefined) return;
      const now = within(event);
      const [dx, dy] = [now.x - was.x, now.y - was.y];
      moved.current += Math.abs(dx) + Math.abs(dy);
      const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
      pointers.current.set(event.pointerId, now);
      if (other !== undefined) {
        const distance = (point: Pointer): number =>
          Math.max(1, Math.hypot(point.x - other.x, point.y - other.y));
        zoom(distance(now) / distance(was), other);
        return;
      }
      if (moved.current <= CLICK_MAX) return;
      // By the element that listens.
      if (event.currentTarget instanceof Element) {
        event.currentTarget.setPointerCapture(event.pointerId);
      }
      const { scale, x, y } = newest.current.shown;
      const place = { scale, x: x + dx, y: y + dy };
      newest.current.shown = place;
      setPlace(place);
    },
    onPointerUp: end,
    onPointerCancel: end,
    onClickCapture(event: MouseEvent): void {
      if (moved.current > CLICK_MAX) event.stopPropagation();
      moved.current = 0;
    },
  };
}
