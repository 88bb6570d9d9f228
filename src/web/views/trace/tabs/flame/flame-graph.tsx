/**
 * Spans on top of what they called, on a canvas. In time, with calls side by side in lanes of their own, it shares zoom with the timeline; merged
 * by name it has its own (use-flame-place.ts).
 */
import { useRef, useState } from 'preact/hooks';
import { formatCount, formatShare } from '../../../../format/count.ts';
import { formatDuration } from '../../../../format/duration.ts';
import { Button } from '../../../../parts/button.tsx';
import { tabsText } from '../../../../text/tabs-en.ts';
import type { TraceTabProps } from '../../trace-tab.ts';
import { ZoomCrumbs } from '../timeline/zoom-crumbs.tsx';
import { FlameCanvas } from './flame-canvas.tsx';
import type { FlameFound } from './flame-found.ts';
import { useFlameKeys } from './flame-keys.ts';
import { FlameRuler } from './flame-ruler.tsx';
import { useFlameFound } from './use-flame-found.ts';
import { type FlamePlace, useFlamePlace } from './use-flame-place.ts';
import './flame-graph.css';

const said = tabsText.flame;

export function FlameGraph({ model }: TraceTabProps) {
  const place = useFlamePlace(model);
  const { isMerged, toggleOrder } = place;
  const [hovered, setHovered] = useState(-1);
  const scroller = useRef<HTMLDivElement>(null);
  const found = useFlameFound(model, place.source);
  useFlameKeys({ model, place, found, scroller });
  const { source, chosen } = place;
  const told = hovered >= 0 ? hovered : chosen;
  return (
    <div class="flame-graph">
      <div class="flame-graph-bar">
        <fieldset class="flame-graph-orders" aria-label={said.order}>
          <Button pressed={!isMerged} onClick={() => isMerged && toggleOrder()}>
            {said.time}
          </Button>
          <Button pressed={isMerged} onClick={() => !isMerged && toggleOrder()}>
            {said.merged}
          </Button>
        </fieldset>
        {isMerged ? <MergedCrumbs place={place} /> : <ZoomCrumbs model={model} />}
        {found === undefined ? (
          <span class="flame-graph-hint faint">{source.hint}</span>
        ) : (
          <FoundShare found={found} isMerged={isMerged} />
        )}
      </div>
      {!isMerged && <FlameRuler range={place.range} />}
      <FlameCanvas
        place={place}
        scroller={scroller}
        hovered={hovered}
        isFound={found?.has}
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

interface FoundShareProps {
  readonly found: FlameFound;
  readonly isMerged: boolean;
}

/** How much of the whole lies in what is found, as it is known from flame graphs. */
function FoundShare({ found: { count, share, nanos }, isMerged }: FoundShareProps) {
  return (
    <span class="flame-graph-found" role="status">
      {count === 0
        ? said.foundNone
        : said.found(formatCount(count), formatShare(share), formatDuration(nanos), isMerged)}
    </span>
  );
}

/** From the whole to the box that is as wide as the window, by its callers. */
function MergedCrumbs({ place }: { readonly place: FlamePlace }) {
  const { source, zoomTo } = place;
  const callers: number[] = [];
  let box = place.zoomed;
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
