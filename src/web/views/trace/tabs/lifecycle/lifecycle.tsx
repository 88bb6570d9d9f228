/** What happened in the trace, line by line. The selected span is the one of every tab; the line is this one's own. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useKeys } from '../../../../app/keys.ts';
import { param, setParams } from '../../../../app/location.ts';
import { API, askJson, urlOf } from '../../../../data/api.ts';
import {
  FLAG,
  idOfKey,
  nameAt,
  type Outline,
  rowOfSpan,
  serviceAt,
  spanIdAt,
} from '../../../../data/outline.ts';
import { useResource } from '../../../../data/use-resource.ts';
import type { LifecycleNode, LifecycleView } from '../../../../data/wire.ts';
import { formatCount } from '../../../../format/count.ts';
import { Button } from '../../../../parts/button.tsx';
import { Problem } from '../../../../parts/problem.tsx';
import { useVirtualRows } from '../../../../parts/virtual-rows.tsx';
import { tabsText } from '../../../../text/tabs-en.ts';
import type { TraceTabProps } from '../../trace-tab.ts';
import {
  countGroups,
  foldRuns,
  isOf,
  LINE_GROUPS,
  type LifecycleLine,
  type LineGroup,
  linesOf,
} from './lifecycle-lines.ts';
import { LifecycleRow } from './lifecycle-row.tsx';
import { wordsOf } from './line-words.ts';
import './lifecycle.css';

const ROW_HEIGHT = 24;
const PAGE = 20;
/** As many as the API tells at most. */
const LIMIT_MAX = 20_000;
const SHARED_MAX = 8;
const said = tabsText.lifecycle;

export function Lifecycle({ model }: TraceTabProps) {
  const outline = model.outline.value;
  const focus = model.focusRow.value;
  const [limit, setLimit] = useState<number>();
  const subtree = focus < 0 || outline === undefined ? undefined : spanIdAt(outline, focus);
  const key = JSON.stringify([model.traceId, subtree, limit, outline?.revision]);
  const { data, error, reload } = useResource(key, (signal) =>
    askJson<LifecycleView>(urlOf(`${API}/lifecycle/${model.traceId}`, { subtree, limit }), signal),
  );
  const lines = useMemo(() => (data === undefined ? [] : linesOf(data)), [data]);
  const hidden = (param('hide') ?? '').split('.');
  const shown = useMemo(
    () => lines.filter(({ group }) => !hidden.includes(group)),
    [lines, hidden.join()],
  );
  if (error !== undefined) return <Problem error={error} onRetry={reload} />;
  if (data === undefined) return <p class="lifecycle-said soft">{said.loading}</p>;
  const { notShown } = data;
  return (
    <div class="lifecycle">
      <Filters counts={countGroups(lines)} hidden={hidden} />
      {notShown !== undefined && (
        <p class="lifecycle-said lifecycle-left-out" role="status">
          {said.notShown(
            formatCount(notShown.spans),
            notShown.errors > 0 ? formatCount(notShown.errors) : '',
          )}{' '}
          {limit === undefined && (
            <Button onClick={() => setLimit(LIMIT_MAX)}>{said.more(formatCount(LIMIT_MAX))}</Button>
          )}{' '}
          {said.part}
        </p>
      )}
      <Lines model={model} lines={shown} tree={data.tree} />
    </div>
  );
}

interface FiltersProps {
  readonly counts: Readonly<Record<LineGroup, number>>;
  readonly hidden: readonly string[];
}

function Filters({ counts, hidden }: FiltersProps) {
  const toggle = (group: LineGroup): void => {
    const now = LINE_GROUPS.filter((one) => hidden.includes(one) !== (one === group));
    setParams({ hide: now.join('.') }, { replace: true });
  };
  return (
    <fieldset class="lifecycle-filters" aria-label={said.filters}>
      {LINE_GROUPS.filter((group) => counts[group] > 0).map((group) => (
        <Button key={group} pressed={!hidden.includes(group)} onClick={() => toggle(group)}>
          {said.kinds[group]} <span class="faint">{formatCount(counts[group])}</span>
        </Button>
      ))}
    </fieldset>
  );
}

interface LinesProps extends TraceTabProps {
  readonly lines: readonly LifecycleLine[];
  readonly tree: LifecycleView['tree'];
}

function Lines({ model, lines: all, tree }: LinesProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => foldRuns(all, open), [all, open]);
  const scroller = useRef<HTMLDivElement>(null);
  const [line, setLine] = useState<LifecycleLine>();
  const view = useVirtualRows({ count: lines.length, rowHeight: ROW_HEIGHT, scroller });
  const names = useMemo(
    () => new Map<string, string>(tree.map(({ spanId, name }) => [spanId, name])),
    [tree],
  );
  const outlineNow = model.outline.value;
  const around = {
    nameOf: (spanId: string): string => names.get(spanId) ?? spanId,
    ranFor(spanId: string): number {
      const row = outlineNow === undefined ? -1 : rowOfSpan(outlineNow, spanId);
      if (outlineNow === undefined || row < 0) return 0;
      const isStale = (outlineNow.flags[row]! & FLAG.stale) !== 0;
      return outlineNow.duration[row]! + (isStale ? 0 : model.grown.value);
    },
  };
  const selected = model.selected.value && idOfKey(model.selected.value);
  const matches = useMatches(model, lines);
  const placeOfLine = line === undefined ? -1 : lines.indexOf(line);
  // The line that was chosen while it is of the selected span, else that span's first.
  const at =
    placeOfLine >= 0 && (line?.node?.spanId ?? selected) === selected
      ? placeOfLine
      : lines.findIndex((one) => isOf(one, (spanId) => spanId === selected));
  useEffect(() => {
    if (at >= 0) view.scrollTo(at);
  }, [selected, lines.length > 0]);
  const go = (to: number): void => {
    const place = Math.min(lines.length - 1, Math.max(0, to));
    const next = lines[place];
    if (next === undefined) return;
    setLine(next);
    view.scrollTo(place);
    const outline = model.outline.peek();
    if (outline !== undefined && next.node !== undefined)
      model.select(rowOfNode(outline, next.node));
  };
  /** A run that is closed is opened, and the other way round. */
  const toggle = (place: number, isOpen?: boolean): void => {
    const { folded, node } = lines[place] ?? {};
    if (folded === undefined || node === undefined) return;
    const next = new Set(open);
    if (isOpen ?? !open.has(node.spanId)) next.add(node.spanId);
    else next.delete(node.spanId);
    setOpen(next);
  };
  const findNext = (direction: 1 | -1): void => {
    if (matches.length === 0) return;
    const after = matches.findIndex((place) => place > at);
    const next =
      direction > 0
        ? (matches[after] ?? matches[0]!)
        : (matches.findLast((place) => place < at) ?? matches.at(-1)!);
    go(next);
  };
  useKeys(said.title, [
    { keys: ['ArrowRight', 'o'], does: said.open, isMovement: true, run: () => toggle(at, true) },
    { keys: ['ArrowLeft', 'p'], does: said.fold, isMovement: true, run: () => toggle(at, false) },
    { keys: ['ArrowDown', 'f'], does: said.next, isMovement: true, run: () => go(at + 1) },
    { keys: ['ArrowUp', 'b'], does: said.previous, isMovement: true, run: () => go(at - 1) },
    { keys: ['PageDown'], does: said.pageDown, isMovement: true, run: () => go(at + PAGE) },
    { keys: ['PageUp'], does: said.pageUp, isMovement: true, run: () => go(at - PAGE) },
    { keys: ['Home'], does: said.first, isMovement: true, run: () => go(0) },
    { keys: ['End'], does: said.last, isMovement: true, run: () => go(lines.length - 1) },
    { keys: ['n'], does: said.findNext, isMovement: true, run: () => findNext(1) },
    { keys: ['N'], does: said.findPrevious, isMovement: true, run: () => findNext(-1) },
  ]);
  const found = useMemo(() => new Set(matches), [matches]);
  return (
    <div
      class="lifecycle-scroll"
      ref={scroller}
      role="listbox"
      tabIndex={0}
      aria-label={said.label}
      aria-activedescendant={at >= 0 ? `lifecycle-${at}` : undefined}
    >
      {lines.length === 0 && <p class="lifecycle-said soft">{said.nothing}</p>}
      <div class="lifecycle-tall" style={{ height: `${view.height}px` }} role="presentation">
        {view.rows.map(({ index, start, slot }) => {
          const one = lines[index]!;
          return (
            <LifecycleRow
              key={slot}
              line={one}
              words={wordsOf(one, around)}
              id={`lifecycle-${index}`}
              top={start}
              place={index + 1}
              count={lines.length}
              isSelected={index === at}
              isFound={found.has(index)}
              onSelect={() => {
                go(index);
                toggle(index);
              }}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Places of lines that the query of the page means: by their span, or by what they say themselves. */
function useMatches(
  model: TraceTabProps['model'],
  lines: readonly LifecycleLine[],
): readonly number[] {
  const query = model.query.value.trim().toLowerCase();
  const rows = model.matches.value;
  const outline = model.outline.value;
  return useMemo(() => {
    if (query === '' || outline === undefined) return [];
    const spans = new Set<string>(Array.from(rows, (row) => spanIdAt(outline, row)));
    const places: number[] = [];
    for (const [place, line] of lines.entries()) {
      const isOwn = line.event?.name.toLowerCase().includes(query) ?? false;
      if (isOwn || isOf(line, (spanId) => spans.has(spanId))) places.push(place);
    }
    return places;
  }, [query, rows, outline, lines]);
}

/** Of spans that share the id, the one whose name and service it has, as far as SHARED_MAX of them tell. */
function rowOfNode(outline: Outline, { spanId, name, service }: LifecycleNode): number {
  const first = rowOfSpan(outline, spanId);
  for (let row = first, place = 1; row >= 0 && place <= SHARED_MAX; ) {
    if (nameAt(outline, row) === name && serviceAt(outline, row) === service) return row;
    row = rowOfSpan(outline, `${spanId}-${++place}`);
  }
  return first;
}
