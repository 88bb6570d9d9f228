// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and says which row is active
// biome-ignore-all lint/a11y/useSemanticElements: rows of a windowed list stand where they are put
/** What was found and what arrives: windowed rows, more of them while scrolling, none moved under the eye of whoever reads. */
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type KeyCommand, useKeys } from '../../../app/keys.ts';
import { navigate } from '../../../app/location.ts';
import { formatCount } from '../../../format/count.ts';
import { useNow } from '../../../parts/use-now.ts';
import { useWidth } from '../../../parts/use-width.ts';
import { useVirtualRows } from '../../../parts/virtual-rows.tsx';
import { tracesText } from '../../../text/traces-en.ts';
import { shownColumns } from '../columns/shown-columns.ts';
import { durationScale, type ScaleKind } from './duration-scale.ts';
import { ListHead } from './list-head.tsx';
import type { OrderName } from './list-order.ts';
import { durationNow, rowId, TraceRow, traceHref } from './trace-row.tsx';
import type { TraceSearch } from './trace-search.ts';
import './trace-list.css';

export interface TraceListProps {
  readonly search: TraceSearch;
  readonly scaleKind: ScaleKind;
  /** Keys of attributes. */
  readonly columns: readonly string[];
  /** What is shown is of the search before. */
  readonly isStale: boolean;
  /** Some is held in memory alone; where nothing is sampled, what is in memory is on its way to the store. */
  readonly isSampled: boolean;
  /** Beneath the last row. */
  readonly children: ComponentChildren;
  onScaleKind(): void;
  onOrder(order: OrderName): void;
  onColumns(): void;
  /** Escape where no row is chosen. */
  onClear(): void;
}

const ROW = 24;
const ROW_NARROW = 52;
/** Of attributes, where it is narrow. */
const LINE = 18;
const HEAD = 24;
const NARROW = 800;
/** Rows before the end at which the next page is asked for. */
const AHEAD = 30;
const PAGE_ROWS = 20;
const TICK_PX = 72;
/** About what the bars have of the width. */
const BAR_SHARE = 0.35;
const COLUMN_SHARE = 0.1;
const BAR_SHARE_LEAST = 0.1;

export function TraceList(props: TraceListProps) {
  const { search, scaleKind, columns, isStale, isSampled, children } = props;
  const { onScaleKind, onOrder, onColumns, onClear } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const width = useWidth(scroller);
  const isNarrow = width > 0 && width < NARROW;
  const { items, waiting, hasHole, next, hasStopped } = search.state.value;
  const selected = search.selected.value;
  const now = useNow(1_000);
  const [isPointedAt, setIsPointedAt] = useState(false);
  const [isScrolled, setIsScrolled] = useState(search.scrollTop > 0);
  const isHeld = isPointedAt || isScrolled || items.some(({ traceId }) => traceId === selected);
  useEffect(() => search.hold(isHeld), [search, isHeld]);
  const { rows, height, scrollTo } = useVirtualRows({
    count: items.length,
    rowHeight: isNarrow ? ROW_NARROW + (columns.length > 0 ? LINE : 0) : ROW,
    scroller,
    ...(!isNarrow && { top: HEAD, covered: HEAD }),
  });
  // Where it was left: the rows have their height at once, so that there is room to scroll to.
  useLayoutEffect(() => {
    scroller.current!.scrollTop = search.scrollTop;
    setIsScrolled(search.scrollTop > 0);
  }, [search]);
  const lastRow = rows.at(-1)?.index ?? 0;
  const mayAsk = !search.isLoading.value && search.error.value === undefined;
  const wantsMore = next !== undefined && !hasStopped && lastRow >= items.length - AHEAD;
  useEffect(() => {
    if (wantsMore && mayAsk) void search.more();
  }, [search, wantsMore, mayAsk, items.length]);
  const barShare = Math.max(BAR_SHARE_LEAST, BAR_SHARE - columns.length * COLUMN_SHARE);
  const ticksMax = Math.max(2, Math.floor((width * barShare) / TICK_PX));
  const scale = useMemo(
    () =>
      durationScale(
        items.map((item) => durationNow(item, now)),
        scaleKind,
        ticksMax,
      ),
    [items, scaleKind, ticksMax, now],
  );
  const at = items.findIndex(({ traceId }) => traceId === selected);
  const choose = (index: number): void => {
    const chosen = items[Math.max(0, Math.min(index, items.length - 1))];
    if (chosen === undefined) return;
    search.selected.value = chosen.traceId;
    scrollTo(items.indexOf(chosen));
  };
  // What is chosen elsewhere comes into sight; where the list was left, it stays.
  const seen = useRef({ search, selected });
  useEffect(() => {
    const isNew = seen.current.search === search && seen.current.selected !== selected;
    seen.current = { search, selected };
    if (isNew && at >= 0) scrollTo(at);
  }, [search, selected]);
  const release = (): void => {
    search.selected.value = undefined;
    scroller.current!.scrollTop = 0;
    setIsScrolled(false);
    search.release();
  };
  const open = (): void => {
    if (selected !== undefined) navigate(traceHref(selected));
  };
  useKeys(
    tracesText.keysTitle,
    listKeys({
      move: (by) => choose(at === -1 ? (by > 0 ? 0 : items.length - 1) : at + by),
      choose,
      count: items.length,
      open,
      leave: () => {
        if (selected === undefined) onClear();
        else search.selected.value = undefined;
      },
    }),
  );
  const shown = useMemo(() => shownColumns(columns), [columns]);
  const isActiveThere = selected !== undefined && rows.some(({ index }) => index === at);
  return (
    <div
      class={`trace-list ${isNarrow ? 'trace-list-narrow' : ''}`}
      style={shown}
      onPointerMove={(event) => {
        // A pointer that rests where the list came to be points at nothing.
        const moves = event.movementX !== 0 || event.movementY !== 0;
        if (event.pointerType === 'mouse' && moves) setIsPointedAt(true);
      }}
      onPointerLeave={() => setIsPointedAt(false)}
    >
      {waiting.length > 0 && isHeld && (
        <button
          type="button"
          class="trace-list-pill"
          title={tracesText.live.waitingWhy}
          onClick={release}
        >
          ↑ {tracesText.live.waiting(`${formatCount(waiting.length)}${hasHole ? '+' : ''}`)}
        </button>
      )}
      <div
        ref={scroller}
        class="trace-list-scroller"
        role="grid"
        tabIndex={0}
        aria-label={tracesText.list.label}
        aria-rowcount={next === undefined ? items.length + 1 : -1}
        aria-busy={isStale}
        aria-activedescendant={isActiveThere ? rowId(selected) : undefined}
        onScroll={(event) => {
          search.scrollTop = event.currentTarget.scrollTop;
          setIsScrolled(search.scrollTop > 0);
        }}
      >
        {!isNarrow && (
          <ListHead {...{ scale, columns, onScaleKind, onOrder, onColumns }} order={search.order} />
        )}
        <div class="trace-list-rows" role="rowgroup" style={{ height: `${height}px` }}>
          {!isNarrow && <Gridlines ticks={scale.ticks} />}
          {rows.map(({ index, start }) => {
            const trace = items[index];
            return (
              trace && (
                <TraceRow
                  key={trace.traceId}
                  {...{ trace, index, start, scale, now, isSampled, isNarrow, columns }}
                  isSelected={trace.traceId === selected}
                />
              )
            );
          })}
        </div>
        {children}
      </div>
    </div>
  );
}

function Gridlines({ ticks }: { readonly ticks: readonly { readonly at: number }[] }) {
  return (
    <div class="trace-list-gridlines" aria-hidden="true">
      <div>
        {ticks.map(({ at }) => (
          <span key={at} style={{ insetInlineStart: `${at * 100}%` }} />
        ))}
      </div>
    </div>
  );
}

interface ListActions {
  readonly count: number;
  move(by: number): void;
  choose(index: number): void;
  open(): void;
  leave(): void;
}

function listKeys({ move, choose, count, open, leave }: ListActions): readonly KeyCommand[] {
  const words = tracesText.keys;
  const isMovement = true;
  return [
    { keys: ['j', 'ArrowDown'], does: words.next, isMovement, run: () => move(1) },
    { keys: ['k', 'ArrowUp'], does: words.previous, isMovement, run: () => move(-1) },
    { keys: ['PageDown'], does: words.pageDown, isMovement, run: () => move(PAGE_ROWS) },
    { keys: ['PageUp'], does: words.pageUp, isMovement, run: () => move(-PAGE_ROWS) },
    { keys: ['g', 'Home'], does: words.first, isMovement, run: () => choose(0) },
    { keys: ['G', 'End'], does: words.last, isMovement, run: () => choose(count - 1) },
    { keys: ['Enter'], does: words.open, isMovement, run: open },
    { keys: ['Escape'], does: words.escape, isMovement, run: leave },
  ];
}
