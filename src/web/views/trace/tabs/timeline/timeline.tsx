/** Spans as bars on one time scale: names as elements on the left, bars on a canvas, a map of everything above. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { keep, kept } from '../../../../data/kept.ts';
import { formatDuration, formatOffset } from '../../../../format/duration.ts';
import { Button } from '../../../../parts/button.tsx';
import { traceText } from '../../../../text/trace-en.ts';
import { Resizer } from '../../resizer.tsx';
import type { TraceTabProps } from '../../trace-tab.ts';
import { Minimap } from './minimap.tsx';
import { useTimelineKeys } from './timeline-keys.ts';
import { TimelinePointer } from './timeline-pointer.ts';
import { TimelineScreen } from './timeline-screen.ts';
import { ZoomCrumbs } from './zoom-crumbs.tsx';
import './timeline.css';

const NAMES_KEPT = 'trace.names';
const NAMES_DEFAULT = 380;
/** Unless somebody has said otherwise: where there is room, names have more of it. */
const NAMES_DEFAULT_SHARE = 0.22;
const NAMES_DEFAULT_MAX = 560;
const NAMES_MIN = 120;
/** Of the width that there is, names take no more. */
const NAMES_SHARE = 0.6;
const NARROW_SHARE = 0.42;
const { timeline: words } = traceText;

export function Timeline({ model }: TraceTabProps) {
  const body = useRef<HTMLDivElement>(null);
  const names = useSignal(namesWanted());
  const [shown, setShown] = useState<{ screen: TimelineScreen; pointer: TimelinePointer }>();
  const elements = useElements();
  useEffect(() => {
    const screen = new TimelineScreen(model, elements.all(), names);
    const pointer = new TimelinePointer(model, screen, elements.screen.current!);
    const silence = pointer.listen();
    setShown({ screen, pointer });
    return () => {
      silence();
      screen.close();
    };
  }, [model]);
  useEffect(() => {
    // It may be measured once more when the timeline has gone.
    const element = body.current!;
    const fit = (): void => {
      names.value = Math.min(namesWanted(), namesMax(element.clientWidth));
    };
    const sizes = new ResizeObserver(fit);
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [names]);
  useTimelineKeys(model, () => shown?.screen);
  return (
    <div class="timeline">
      <Minimap model={model} />
      <div class="timeline-body" ref={body}>
        <div class="timeline-head">
          <div class="timeline-crumbs" style={{ width: `${names.value}px` }}>
            <ZoomCrumbs model={model} />
            <span class="timeline-folds">
              <Button
                look="quiet"
                label={words.collapseAll}
                onClick={() => model.folds.setAll(true)}
              >
                −
              </Button>
              <Button
                look="quiet"
                label={words.expandAll}
                onClick={() => model.folds.setAll(false)}
              >
                +
              </Button>
            </span>
          </div>
          <canvas class="timeline-ruler" ref={elements.ruler} />
          {shown && <HoveredTime {...shown} />}
        </div>
        <div class="timeline-scroll" ref={elements.scroller}>
          <div class="timeline-tall" ref={elements.tall}>
            <div class="timeline-screen" ref={elements.screen}>
              <div
                class="timeline-rows"
                role="treegrid"
                tabIndex={0}
                aria-label={words.rows}
                aria-readonly="true"
                ref={elements.rows}
              />
              <canvas class="timeline-canvas" ref={elements.canvas} />
              {shown && <Crosshair {...shown} />}
            </div>
          </div>
        </div>
        <div class="timeline-edge" style={{ insetInlineStart: `${names.value}px` }}>
          <Resizer
            label={words.resize}
            direction="vertical"
            size={names.value}
            min={NAMES_MIN}
            max={namesMax(body.current?.clientWidth ?? window.innerWidth)}
            onSize={(size) => {
              names.value = size;
              keep(NAMES_KEPT, String(size));
            }}
          />
        </div>
      </div>
    </div>
  );
}

interface CrosshairProps {
  readonly screen: TimelineScreen;
  readonly pointer: TimelinePointer;
}

/** Where in time the pointer is, and what a drag has chosen. */
function Crosshair({ screen, pointer }: CrosshairProps) {
  const x = pointer.hover.value;
  const chosen = pointer.chosen.value;
  if (chosen !== undefined) {
    const [left, right] = [screen.xOf(chosen.from), screen.xOf(chosen.to)];
    return (
      <div class="timeline-chosen" style={{ left: `${left}px`, width: `${right - left}px` }}>
        <span>{formatDuration(chosen.to - chosen.from)}</span>
      </div>
    );
  }
  if (x === undefined) return null;
  return <div class="timeline-cross" style={{ transform: `translateX(${x}px)` }} />;
}

/** Said in the ruler, where it hides no bar. */
function HoveredTime({ screen, pointer }: CrosshairProps) {
  const x = pointer.hover.value;
  if (x === undefined || pointer.chosen.value !== undefined) return null;
  const isLate = x > screen.names.value + screen.width.value - 80;
  return (
    <div class="timeline-cross" style={{ transform: `translateX(${x}px)` }}>
      <span class={isLate ? 'timeline-cross-late' : ''}>{formatOffset(screen.timeAt(x))}</span>
    </div>
  );
}

function useElements() {
  const scroller = useRef<HTMLDivElement>(null);
  const tall = useRef<HTMLDivElement>(null);
  const screen = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const ruler = useRef<HTMLCanvasElement>(null);
  return {
    ...{ scroller, tall, screen, rows, canvas, ruler },
    all: () => ({
      scroller: scroller.current!,
      tall: tall.current!,
      screen: screen.current!,
      rows: rows.current!,
      canvas: canvas.current!,
      ruler: ruler.current!,
    }),
  };
}

function namesWanted(): number {
  const given = Number(kept(NAMES_KEPT));
  if (given >= NAMES_MIN) return given;
  const share = Math.round(window.innerWidth * NAMES_DEFAULT_SHARE);
  return Math.min(Math.max(NAMES_DEFAULT, share), NAMES_DEFAULT_MAX);
}

function namesMax(width: number): number {
  return Math.max(NAMES_MIN, Math.round(width * (width < 640 ? NARROW_SHARE : NAMES_SHARE)));
}
