/** The keys of the flame graph: arrows go from box to box, the letters of the timeline move the window. */
import type { RefObject } from 'preact';
import { useKeys } from '../../../../app/keys.ts';
import { tabsText } from '../../../../text/tabs-en.ts';
import type { TraceModel } from '../../trace-model.ts';
import { BOX_HEIGHT } from './draw-flame.ts';
import type { FlameFound } from './flame-found.ts';
import { boxBeside, firstBehind } from './flame-rows.ts';
import type { FlamePlace } from './use-flame-place.ts';

const { keys: said } = tabsText.flame;
const ZOOM = 0.7;
const PAN = 0.2;
const SCROLL = 3 * BOX_HEIGHT;

interface FlameKeys {
  readonly model: TraceModel;
  readonly place: FlamePlace;
  readonly found: FlameFound | undefined;
  readonly scroller: RefObject<HTMLDivElement | null>;
}

export function useFlameKeys({ model, place, found, scroller }: FlameKeys): void {
  const { source, chosen, choose, zoomBy, zoomTo, pan } = place;
  const go = (box: number): void => {
    if (box >= 0) choose(box);
  };
  const first = (): number => source.boxes.box[0] ?? -1;
  const scroll = (by: number): void => {
    scroller.current?.scrollBy({ top: by });
  };
  const beside = (direction: 1 | -1) => () =>
    go(chosen < 0 ? first() : boxBeside(source.boxes, chosen, direction));
  const moves: readonly (readonly [keys: readonly string[], does: string, run: () => void])[] = [
    [['ArrowLeft', 'b'], said.left, beside(-1)],
    [['ArrowRight', 'f'], said.right, beside(1)],
    [['ArrowUp'], said.up, () => go(chosen < 0 ? first() : source.parentOf(chosen))],
    [['ArrowDown'], said.down, () => go(chosen < 0 ? first() : firstBelow(place))],
    [['+', '='], said.zoomIn, () => zoomBy(ZOOM)],
    [['-'], said.zoomOut, () => zoomBy(1 / ZOOM)],
    [['a'], said.panLeft, () => pan(-PAN)],
    [['d'], said.panRight, () => pan(PAN)],
    [['w'], said.scrollUp, () => scroll(-SCROLL)],
    [['s'], said.scrollDown, () => scroll(SCROLL)],
  ];
  useKeys(said.title, [
    ...moves.map(([keys, does, run]) => ({ keys, does, run, isMovement: true })),
    ...(chosen < 0
      ? []
      : [{ keys: ['Enter', ' '], does: said.zoom, run: (): void => zoomTo(chosen) }]),
    // What the page would leave first comes first there too.
    ...(place.isZoomed && model.query.value === ''
      ? [{ keys: ['Escape', 'Backspace'], does: said.back, run: (): void => place.zoomBack() }]
      : []),
    ...(found === undefined
      ? []
      : [
          { keys: ['n'], does: said.findNext, run: (): void => go(found.next(chosen, 1)) },
          { keys: ['N'], does: said.findPrevious, run: (): void => go(found.next(chosen, -1)) },
        ]),
    { keys: ['0'], does: said.all, run: () => zoomTo(-1) },
    { keys: ['o'], does: said.order, run: () => place.toggleOrder() },
  ]);
}

/** What it called first: the nearest row below that has a box of which it is the caller. */
function firstBelow({ source, chosen }: FlamePlace): number {
  const { boxes } = source;
  const from = boxes.from[chosen]!;
  const to = boxes.to[chosen]!;
  for (let row = boxes.row[chosen]! + 1; row < boxes.rowCount; row++) {
    for (let at = firstBehind(boxes, row, from); at < boxes.rowStart[row + 1]!; at++) {
      const box = boxes.box[at]!;
      if (boxes.from[box]! >= to) break;
      if (source.parentOf(box) === chosen) return box;
    }
  }
  return -1;
}
