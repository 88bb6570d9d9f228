/** Spans, operations or services as rows of figures: sorted by any column, filtered, copied as CSV. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { useKeys } from '../../../../app/keys.ts';
import { param, setParams } from '../../../../app/location.ts';
import { formatCount } from '../../../../format/count.ts';
import { Button } from '../../../../parts/button.tsx';
import { CopyButton } from '../../../../parts/copy-button.tsx';
import { useVirtualRows } from '../../../../parts/virtual-rows.tsx';
import { tabsText } from '../../../../text/tabs-en.ts';
import type { TraceModel } from '../../trace-model.ts';
import type { TraceTabProps } from '../../trace-tab.ts';
import { filteredRows } from './row-filter.ts';
import { operationsCsv, spansCsv } from './table-csv.ts';
import { sortBy, TableHead } from './table-head.tsx';
import { OperationLine, SpanLine } from './table-lines.tsx';
import {
  type Column,
  GROUPINGS,
  type Grouping,
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
  const by = GROUPINGS.find((name) => name === param('group'));
  const table = useTable(model, by);
  const { order, total, columns, sort, isDescending } = table;
  const scroller = useRef<HTMLDivElement>(null);
  const view = useVirtualRows({
    ...{ count: order.length, rowHeight: ROW_HEIGHT, scroller, covered: ROW_HEIGHT },
    top: ROW_HEIGHT,
  });
  const at = table.place;
  useEffect(() => {
    if (at >= 0) view.scrollTo(at);
  }, [model.selected.value, by]);
  const go = (to: number): void => {
    const place = Math.min(order.length - 1, Math.max(0, to));
    if (order.length === 0) return;
    table.select(place);
    view.scrollTo(place);
  };
  const group = (to: Grouping | undefined): void => {
    if (to !== by) setParams({ group: to, sort: undefined, desc: undefined });
  };
  const orders = [undefined, ...GROUPINGS];
  const sortBeside = (step: 1 | -1): void => {
    const place = columns.indexOf(sort) + step + columns.length;
    sortBy(columns[place % columns.length]!, { sort, isDescending });
  };
  useKeys(said.keys.title, [
    { keys: ['ArrowDown', 'f'], does: said.keys.next, isMovement: true, run: () => go(at + 1) },
    { keys: ['ArrowUp', 'b'], does: said.keys.previous, isMovement: true, run: () => go(at - 1) },
    { keys: ['PageDown'], does: said.keys.pageDown, isMovement: true, run: () => go(at + PAGE) },
    { keys: ['PageUp'], does: said.keys.pageUp, isMovement: true, run: () => go(at - PAGE) },
    { keys: ['Home'], does: said.keys.first, isMovement: true, run: () => go(0) },
    { keys: ['End'], does: said.keys.last, isMovement: true, run: () => go(order.length - 1) },
    {
      keys: ['g'],
      does: said.keys.group,
      run: () => group(orders[(orders.indexOf(by) + 1) % orders.length]),
    },
    { keys: ['>'], does: said.keys.sortNext, isMovement: true, run: () => sortBeside(1) },
    { keys: ['<'], does: said.keys.sortPrevious, isMovement: true, run: () => sortBeside(-1) },
    {
      keys: ['r'],
      does: said.keys.reverse,
      isMovement: true,
      run: () => sortBy(sort, { sort, isDescending }),
    },
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
          {orders.map((order) => (
            <Button key={order ?? ''} pressed={order === by} onClick={() => group(order)}>
              {order === undefined ? said.each : said.groups[order]}
            </Button>
          ))}
        </fieldset>
        <span class="soft" role="status">
          {said.shown(formatCount(order.length), formatCount(total))}
        </span>
        <CopyButton content={async () => table.csv()} label={said.csv} />
      </div>
      <div class="span-table-scroll" ref={scroller}>
        <table
          class={`span-table-grid ${by === undefined ? '' : `span-table-by-${by}`}`}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows are selected
          role="grid"
          tabIndex={0}
          aria-label={by === undefined ? said.label : said.grouped[by]}
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
                longest: table.longest,
                onSelect: () => go(index),
              };
              return table.operations === undefined ? (
                <SpanLine key={slot} {...line} />
              ) : (
                <OperationLine
                  key={slot}
                  {...line}
                  operations={table.operations}
                  isNamed={by === 'operation'}
                />
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
  /** Nanoseconds of the row that took longest. */
  readonly longest: number;
  /** Of the selected span, or its operation; −1 where it is not there. */
  readonly place: number;
  select(place: number): void;
  csv(): string;
}

function useTable(model: TraceModel, by: Grouping | undefined): Table {
  const outline = model.outline.value!;
  const { first, end } = model.rows.value;
  const filter = param('filter') ?? '';
  const rows = useMemo(
    () => filteredRows(outline, filter, { first, end }),
    [outline, first, end, filter],
  );
  const operations = useMemo(
    () => (by === undefined ? undefined : operationsOf(outline, rows, by)),
    [outline, rows, by],
  );
  const columns: readonly Column[] = columnsOf(by);
  const sort = columns.find((name) => name === param('sort')) ?? (by ? 'total' : 'start');
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
  const longest = useMemo(() => {
    if (operations !== undefined)
      return operations.figures.total.reduce((a, b) => Math.max(a, b), 0);
    return rows.reduce((most, row) => Math.max(most, outline.duration[row]!), 0);
  }, [outline, operations, rows]);
  const selected = model.selectedRow.value;
  const wanted = operations === undefined ? selected : (operations.operationOf[selected] ?? -1);
  const place = useMemo(() => (wanted < 0 ? -1 : order.indexOf(wanted)), [order, wanted]);
  return {
    ...{ order, columns, sort, isDescending, operations, longest, place },
    total: operations === undefined ? end - first : operations.count,
    select: (at) =>
      model.select(operations === undefined ? order[at]! : operations.example[order[at]!]!),
    csv: () =>
      operations === undefined
        ? spansCsv(outline, order)
        : operationsCsv(outline, operations, order, by),
  };
}

function columnsOf(by: Grouping | undefined): readonly Column[] {
  if (by === undefined) return SPAN_COLUMNS;
  return by === 'operation' ? OPERATION_COLUMNS : OPERATION_COLUMNS.filter((one) => one !== 'name');
}
