/**
 * Traces by when they began and how long they took. A click or Enter opens one; a rectangle that is dragged, or drawn with Shift and arrow
 * keys, becomes a filter of time and durations, which Escape takes back. What is chosen is what the list has chosen.
 */
import { useMemo, useRef, useState } from 'preact/hooks';
import { useKeys } from '../../../app/keys.ts';
import { navigate } from '../../../app/location.ts';
import type { ChosenRange } from '../../../data/time-range.ts';
import { formatExactCount } from '../../../format/count.ts';
import { formatDuration } from '../../../format/duration.ts';
import { tidy } from '../../../format/tidy.ts';
import { useSize } from '../../../parts/use-size.ts';
import { tracesText } from '../../../text/traces-en.ts';
import { TimeLabels } from '../histogram/time-labels.tsx';
import type { ScaleKind } from '../list/duration-scale.ts';
import { traceHref } from '../list/trace-row.tsx';
import type { TraceSearch } from '../list/trace-search.ts';
import { ScatterDrawing } from './scatter-drawing.tsx';
import { ScatterHead } from './scatter-head.tsx';
import { takeKey } from './scatter-keys.ts';
import type { TraceMark } from './scatter-marks.tsx';
import { isAll, type Region, regionBetween, regionOf } from './scatter-plane.ts';
import { MarkReadout, RegionReadout } from './scatter-readout.tsx';
import { toldMark, toldRegion } from './told-marks.ts';
import type { TraceSample } from './trace-sample.ts';
import { useFilteredRegion } from './use-filtered-region.ts';
import { useScatterMarks } from './use-scatter-marks.ts';
import { useScatterPointer } from './use-scatter-pointer.ts';
import './scatter.css';

export interface ScatterProps {
  readonly search: TraceSearch;
  /** Of the same search; undefined until it is there. */
  readonly sample: TraceSample | undefined;
  /** Why it is not. */
  readonly error: Error | undefined;
  readonly range: ChosenRange;
  readonly scaleKind: ScaleKind;
  /** What is there moves with time. */
  readonly isLive: boolean;
  /** What is shown is of the search before. */
  readonly isStale: boolean;
}

const words = tracesText.scatter;

export function Scatter(props: ScatterProps) {
  const { search, sample, error, range, scaleKind, isLive, isStale } = props;
  const plot = useRef<HTMLDivElement>(null);
  const size = useSize(plot);
  const hand = useScatterPointer(plot);
  const [anchor, setAnchor] = useState<string>();
  const [hasFocus, setHasFocus] = useState(false);
  const filtered = useFilteredRegion();
  const { hovered, drag } = hand;
  const selected = search.selected.value;
  const isLookedAt = hovered !== undefined || drag !== undefined || (hasFocus && !!selected);
  const drawn = useScatterMarks({
    ...{ search, sample, range, scaleKind, size },
    ...{ moves: isLive && !isLookedAt, isHeld: isLookedAt },
  });
  const { plane, marks, reach } = drawn;
  const byDuration = useMemo(() => marks.toSorted((a, b) => a.nanos - b.nanos), [marks]);
  const markOf = (id: string | undefined): TraceMark | undefined =>
    id === undefined ? undefined : marks.find(({ trace }) => trace.traceId === id);
  const [chosen, first] = [markOf(selected), markOf(anchor)];
  const drawnOver = drag?.isMoved
    ? regionBetween(plane, drag.from, drag.to)
    : first && chosen && first !== chosen
      ? regionOf(first, chosen)
      : {};
  const region = isAll(drawnOver) ? undefined : drawnOver;
  const pointed = markOf(hovered) ?? (hasFocus ? chosen : undefined);
  const told = region === undefined ? [] : toldRegion(marks, region);
  const open = ({ trace }: TraceMark): void => navigate(traceHref(trace.traceId));
  const show = (to: Region): void => {
    hand.letGo();
    setAnchor(undefined);
    if (!isAll(to)) filtered.show(to);
  };
  const keys = {
    ...{ byTime: marks, byDuration, chosen },
    choose(mark: TraceMark, isSelecting: boolean) {
      hand.letGo();
      setAnchor(isSelecting ? (anchor ?? (chosen ?? mark).trace.traceId) : undefined);
      search.selected.value = mark.trace.traceId;
    },
    enter() {
      if (region !== undefined) show(region);
      else if (chosen !== undefined) open(chosen);
      return region !== undefined || chosen !== undefined;
    },
    leave() {
      if (drag === undefined && anchor === undefined && chosen === undefined)
        return filtered.takeBack();
      if (drag === undefined && anchor === undefined) search.selected.value = undefined;
      hand.letGo();
      setAnchor(undefined);
      return true;
    },
  };
  const take = (event: KeyboardEvent | undefined): void => {
    plot.current!.focus();
    if (event !== undefined) takeKey(event, keys);
  };
  useKeys(tracesText.keysTitle, [
    { keys: ['ArrowLeft'], does: tracesText.keys.earlier, isMovement: true, run: take },
    { keys: ['ArrowRight'], does: tracesText.keys.later, isMovement: true, run: take },
  ]);
  const handlers = hand.handlers(marks, {
    onDraw: ({ from, to }) => show(regionBetween(plane, from, to)),
    onClick(mark, event) {
      if (event.metaKey || event.ctrlKey) window.open(traceHref(mark.trace.traceId));
      else if (event.pointerType === 'touch' && mark !== chosen)
        search.selected.value = mark.trace.traceId;
      else open(mark);
    },
  });
  const whole = chosen ? toldMark(chosen) : words.traces(formatExactCount(marks.length));
  const said = told.length > 0 ? told.join('. ') : whole;
  const hasSlowest = search.order === 'slowest';
  const isLoading = sample === undefined && error === undefined;
  return (
    <div class={`scatter ${isStale ? 'scatter-stale' : ''}`}>
      <ScatterHead {...{ marks, sample, reach, hasSlowest, isLoading, error }} />
      <div class="scatter-scale" aria-hidden="true">
        {plane.scale.ticks.map(({ nanos }) => (
          <span key={nanos} style={{ top: `${plane.y(nanos)}px` }}>
            {nanos === 0 ? '0' : tidy(formatDuration(nanos))}
          </span>
        ))}
      </div>
      <div
        ref={plot}
        class={`scatter-plot ${hovered !== undefined && !drag?.isMoved ? 'scatter-plot-over' : ''}`}
        role="slider"
        tabIndex={0}
        aria-label={words.label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, marks.length - 1)}
        aria-valuenow={chosen === undefined ? 0 : marks.indexOf(chosen)}
        aria-valuetext={said}
        onKeyDown={(event) => {
          if (!takeKey(event, keys)) return;
          event.preventDefault();
          event.stopPropagation();
        }}
        onFocus={() => setHasFocus(true)}
        onBlur={() => {
          setHasFocus(false);
          setAnchor(undefined);
        }}
        {...handlers}
      >
        <ScatterDrawing {...{ plane, marks, reach, hasSlowest, chosen, pointed, region }} />
        {region !== undefined && (
          <RegionReadout {...{ region, plane }} told={drag ? told : [...told, words.enter]} />
        )}
        {drag?.isMoved !== true && region === undefined && pointed !== undefined && (
          <MarkReadout {...{ plane }} mark={pointed} />
        )}
        {marks.length === 0 && !isLoading && (
          <p class="scatter-none soft">{tracesText.histogram.none}</p>
        )}
      </div>
      <div class="scatter-times">
        <TimeLabels from={plane.from} to={plane.to} width={size.width} />
      </div>
    </div>
  );
}
