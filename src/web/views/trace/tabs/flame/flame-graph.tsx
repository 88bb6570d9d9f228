/**
 * Spans on top of what they called, on a canvas. In time, with calls side by side in lanes of their own, it shares zoom with the timeline; merged
 * by name it has its own, kept in the URL as the span whose box is as wide as the window.
 */
import { useMemo, useRef, useState } from 'preact/hooks';
import { param, setParams } from '../../../../app/location.ts';
import { tokenColour } from '../../../../colour/token-colour.ts';
import { rowOfSpan, spanIdAt } from '../../../../data/outline.ts';
import { Button } from '../../../../parts/button.tsx';
import { tabsText } from '../../../../text/tabs-en.ts';
import { paintOf } from '../../colour-by.ts';
import { scaled, type TimeRange } from '../../time-range.ts';
import type { TraceModel } from '../../trace-model.ts';
import type { TraceTabProps } from '../../trace-tab.ts';
import { ZoomCrumbs } from '../timeline/zoom-crumbs.tsx';
import { FlameCanvas } from './flame-canvas.tsx';
import { useFlameKeys } from './flame-keys.ts';
import { FlameRuler } from './flame-ruler.tsx';
import { type FlameSource, mergedSource, timeSource } from './flame-source.ts';
import './flame-graph.css';

export interface FlamePlace {
  readonly source: FlameSource;
  readonly range: TimeRange;
  readonly chosen: number;
  choose(box: number): void;
  /** −1 shows all. */
  zoomTo(box: number): void;
  /** A factor below 1 comes nearer. */
  zoomBy(factor: number, at?: number): void;
  /** By a share of what is seen. */
  pan(share: number): void;
}

const said = tabsText.flame;

export function FlameGraph({ model }: TraceTabProps) {
  const isMerged = param('flame') === 'merged';
  const place = usePlace(model, isMerged);
  const [hovered, setHovered] = useState(-1);
  const scroller = useRef<HTMLDivElement>(null);
  const setMerged = (to: boolean): void =>
    setParams({ flame: to ? 'merged' : undefined, at: undefined });
  useFlameKeys(place, scroller, () => setMerged(!isMerged));
  const found = useFound(model, place.source);
  const { source, chosen } = place;
  const told = hovered >= 0 ? hovered : chosen;
  return (
    <div class="flame-graph">
      <div class="flame-graph-bar">
        <fieldset class="flame-graph-orders" aria-label={said.order}>
          <Button pressed={!isMerged} onClick={() => setMerged(false)}>
            {said.time}
          </Button>
          <Button pressed={isMerged} onClick={() => setMerged(true)}>
            {said.merged}
          </Button>
        </fieldset>
        {isMerged ? <MergedCrumbs place={place} model={model} /> : <ZoomCrumbs model={model} />}
        <span class="flame-graph-hint faint">{isMerged ? said.mergedHint : said.timeHint}</span>
      </div>
      {!isMerged && <FlameRuler range={place.range} />}
      <FlameCanvas
        place={place}
        scroller={scroller}
        hovered={hovered}
        isFound={found}
        onHover={setHovered}
      />
      <p class="flame-graph-told" aria-live="polite">
        {told < 0 ? (
          <span class="faint">{said.nothing}</span>
        ) : (
          <>
            <b>{source.nameOf(told)}</b> <span class="soft">{source.serviceOf(told)}</span>{' '}
            {source.wordsOf(told).join(' · ')}
          </>
        )}
      </p>
    </div>
  );
}

function usePlace(model: TraceModel, isMerged: boolean): FlamePlace {
  const outline = model.outline.value!;
  const { first, end } = model.rows.value;
  const colourBy = model.colourBy.value;
  const [dark] = [tokenColour('--ground')];
  const paint = useMemo(() => paintOf(outline, colourBy), [outline, colourBy, dark]);
  const total = model.total.value;
  const source = useMemo(
    () =>
      isMerged
        ? mergedSource(outline, { first, end }, paint)
        : timeSource(outline, { first, end }, paint, total),
    // What runs grows by the axis, not by being laid anew.
    [outline, first, end, paint, isMerged],
  );
  const at = param('at');
  const [free, setFree] = useState<{ readonly of: unknown; readonly range: TimeRange }>();
  const zoomed = at === undefined ? -1 : source.boxOf(rowOfSpan(outline, at));
  const whole: TimeRange = { from: 0, to: Math.max(1, source.width) };
  const boxed = zoomed < 0 ? whole : boxRange(source, zoomed);
  const isFree = free !== undefined && free.of === source;
  const range = isMerged ? (isFree ? free.range : boxed) : model.range.value;
  const show = (to: TimeRange | undefined): void => {
    if (!isMerged) model.zoom(to, { replace: true });
    else setFree(to && { of: source, range: within(to, whole) });
  };
  return {
    ...{ source, range },
    chosen: model.selectedRow.value < 0 ? -1 : source.boxOf(model.selectedRow.value),
    choose: (box) => model.select(box < 0 ? -1 : source.spanOf(box)),
    zoomTo(box) {
      if (!isMerged) {
        model.zoom(box < 0 ? undefined : boxRange(source, box, model.total.peek()));
        return;
      }
      setFree(undefined);
      setParams({ at: box < 0 ? undefined : spanIdAt(outline, source.spanOf(box)) });
    },
    zoomBy: (factor, around = (range.from + range.to) / 2) => show(scaled(range, around, factor)),
    pan(share) {
      const by = (range.to - range.from) * share;
      show({ from: range.from + by, to: range.to + by });
    },
  };
}

function boxRange({ boxes }: FlameSource, box: number, end = Number.MAX_VALUE): TimeRange {
  const from = boxes.from[box]!;
  return { from, to: Math.max(from + 1, Math.min(end, boxes.to[box]!)) };
}

/** Of its own width, as far as there is room. */
function within({ from, to }: TimeRange, whole: TimeRange): TimeRange {
  const width = Math.min(Math.max(to - from, 1), whole.to);
  const begin = Math.min(Math.max(from, 0), whole.to - width);
  return { from: begin, to: begin + width };
}

function useFound(model: TraceModel, source: FlameSource): ((box: number) => boolean) | undefined {
  const isAsked = model.query.value !== '';
  const rows = model.matches.value;
  return useMemo(() => {
    if (!isAsked) return undefined;
    const boxes = new Set<number>();
    for (const row of rows) boxes.add(source.boxOf(row));
    return (box: number) => boxes.has(box);
  }, [isAsked, rows, source]);
}

/** From the whole to the box that is as wide as the window, by its callers. */
function MergedCrumbs({
  place,
  model,
}: {
  readonly place: FlamePlace;
  readonly model: TraceModel;
}) {
  const at = param('at');
  const { source, zoomTo } = place;
  const outline = model.outline.value!;
  const callers: number[] = [];
  let box = at === undefined ? -1 : source.boxOf(rowOfSpan(outline, at));
  for (; box >= 0; box = source.parentOf(box)) callers.unshift(box);
  return (
    <nav class="zoom-crumbs" aria-label={said.crumbs}>
      {[-1, ...callers].map((one, place, all) => {
        const word = one < 0 ? said.all : source.nameOf(one);
        return place === all.length - 1 ? (
          <span key={one} class="zoom-crumb" aria-current="true" title={word}>
            {word}
          </span>
        ) : (
          <button key={one} type="button" class="zoom-crumb" onClick={() => zoomTo(one)}>
            {word}
          </button>
        );
      })}
    </nav>
  );
}
