/** Spans, or operations, as rows of figures: sorted by any column, filtered, copied as CSV. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useKeys } from '../../../../app/keys.ts';
import { param, setParams } from '../../../../app/location.ts';
import { formatCount } from '../../../../format/count.ts';
import { Button } from '../../../../parts/button.tsx';
import { CopyButton } from '../../../../parts/copy-button.tsx';
import { useVirtualRows } from '../../../../parts/virtual-rows.tsx';
import { tabsText } from '../../../../text/tabs-en.ts';
import { findRows } from '../../find-rows.ts';
import type { TraceModel } from '../../trace-model.ts';
import type { TraceTabProps } from '../../trace-tab.ts';
import { operationsCsv, spansCsv } from './table-csv.ts';
import { TableHead } from './table-head.tsx';
import { OperationLine, SpanLine } from './table-lines.tsx';
import {
  type Column,
  isFigure,
  OPERATION_COLUMNS,
  type OperationRows,
  operationFigures,
  operationsOf,
  SPAN_COLUMNS,
  sortedBy,
  spanFigures,
} from './table-rows.ts';
import './span-table.css';

const ROW_HEIGHT = 24;
const PAGE = 20;
const FILTER_ID = 'span-table-filter';
const said = tabsText.table;

export function SpanTable({ model }: TraceTabProps) {
  const isGrouped = param('group') === 'operation';
  const table = useTable(model, isGrouped);
  const { order, total, columns, sort, isDescending } = table;
  const scroller = useRef<HTMLDivElement>(null);
  const view = useVirtualRows({
    ...{ count: order.length, rowHeight: ROW_HEIGHT, scroller, covered: ROW_HEIGHT },
    top: ROW_HEIGHT,
  });
  const at = table.place;
  useEffect(() => {
    if (at >= 0) view.scrollTo(at);
  }, [model.selected.value, isGrouped]);
  const go = (to: number): void => {
    const place = Math.min(order.length - 1, Math.max(0, to));
    if (order.length === 0) return;
    table.select(place);
    view.scrollTo(place);
  };
  const group = (): void =>
    setParams({ group: isGrouped ? undefined : 'operation', sort: undefined, desc: undefined });
  useKeys(said.keys.title, [
    { keys: ['ArrowDown', 'f'], does: said.keys.next, isMovement: true, run: () => go(at + 1) },
    { keys: ['ArrowUp', 'b'], does: said.keys.previous, isMovement: true, run: () => go(at - 1) },
    { keys: ['PageDown'], does: said.keys.pageDown, isMovement: true, run: () => go(at + PAGE) },
    { keys: ['PageUp'], does: said.keys.pageUp, isMovement: true, run: () => go(at - PAGE) },
    { keys: ['Home'], does: said.keys.first, isMovement: true, run: () => go(0) },
    { keys: ['End'], does: said.keys.last, isMovement: true, run: () => go(order.length - 1) },
    { keys: ['g'], does: said.keys.group, run: group },
    {
      keys: ['\\'],
      does: said.keys.filter,
      run: () => document.getElementById(FILTER_ID)?.focus(),
    },
  ]);
  const outline = model.outline.value!;
  return (
    <div class="span-table">
      <div class="span-table-bar">
        <input
          id={FILTER_ID}
          type="search"
          aria-label={said.filter}
          placeholder={said.filter}
          value={param('filter') ?? ''}
          spellcheck={false}
          onInput={(event) => setParams({ filter: event.currentTarget.value }, { replace: true })}
        />
        <fieldset aria-label={said.grouping}>
          <Button pressed={!isGrouped} onClick={() => isGrouped && group()}>
            {said.each}
          </Button>
          <Button pressed={isGrouped} onClick={() => !isGrouped && group()}>
            {said.group}
          </Button>
        </fieldset>
        <span class="soft" role="status">
          {said.shown(formatCount(order.length), formatCount(total))}
        </span>
        <CopyButton content={async () => table.csv()} label={said.csv} />
      </div>
      <div class="span-table-scroll" ref={scroller}>
        <table
          class={`span-table-grid ${isGrouped ? 'span-table-grouped' : ''}`}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows are selected
          role="grid"
          tabIndex={0}
          aria-label={isGrouped ? said.operations : said.label}
          aria-rowcount={order.length + 1}
          aria-activedescendant={at >= 0 ? `span-table-${at}` : undefined}
        >
          <TableHead {...{ columns, sort, isDescending }} />
          <tbody class="span-table-tall" style={{ height: `${view.height}px` }}>
            {view.rows.map(({ index, start, slot }) => {
              const row = order[index]!;
              const line = {
                ...{ id: `span-table-${index}`, place: index + 2, top: start, outline, row },
                isSelected: index === at,
                onSelect: () => go(index),
              };
              return table.operations === undefined ? (
                <SpanLine key={slot} {...line} />
              ) : (
                <OperationLine key={slot} {...line} operations={table.operations} />
              );
            })}
          </tbody>
        </table>
        {order.length === 0 && <p class="span-table-nothing soft">{said.nothing}</p>}
      </div>
    </div>
  );
}

interface Table {
  /** Rows of the outline, or operations, in their order. */
  readonly order: Int32Array;
  readonly total: number;
  readonly columns: readonly Column[];
  readonly sort: Column;
  readonly isDescending: boolean;
  readonly operations: OperationRows | undefined;
  /** Of the selected span, or its operation; −1 where it is not there. */
  readonly place: number;
  select(place: number): void;
  csv(): string;
}

function useTable(model: TraceModel, isGrouped: boolean): Table {
  const outline = model.outline.value!;
  const { first, end } = model.rows.value;
  const filter = param('filter') ?? '';
  const rows = useMemo(() => {
    if (filter === '') return Int32Array.from({ length: end - first }, (_, at) => first + at);
    return findRows(outline, filter).filter((row) => row >= first && row < end);
  }, [outline, first, end, filter]);
  const operations = useMemo(
    () => (isGrouped ? operationsOf(outline, rows) : undefined),
    [outline, rows, isGrouped],
  );
  const columns: readonly Column[] = isGrouped ? OPERATION_COLUMNS : SPAN_COLUMNS;
  const sort = columns.find((name) => name === param('sort')) ?? (isGrouped ? 'total' : 'start');
  const given = param('desc');
  const isDescending = given === undefined ? isFigure(sort) : given === 'true';
  const order = useMemo(() => {
    if (operations !== undefined) {
      const column = OPERATION_COLUMNS.find((name) => name === sort)!;
      const all = Int32Array.from({ length: operations.count }, (_, at) => at);
      return sortedBy(operationFigures(outline, operations, column), all, isDescending);
    }
    const column = SPAN_COLUMNS.find((name) => name === sort)!;
    return sortedBy(spanFigures(outline, column), rows, isDescending);
  }, [outline, operations, rows, sort, isDescending]);
  const selected = model.selectedRow.value;
  const wanted = operations === undefined ? selected : (operations.operationOf[selected] ?? -1);
  const place = useMemo(() => (wanted < 0 ? -1 : order.indexOf(wanted)), [order, wanted]);
  return {
    ...{ order, columns, sort, isDescending, operations, place },
    total: operations === undefined ? end - first : operations.count,
    select: (at) =>
      model.select(operations === undefined ? order[at]! : operations.example[order[at]!]!),
    csv: () =>
      operations === undefined
        ? spansCsv(outline, order)
        : operationsCsv(outline, operations, order),
  };
}
