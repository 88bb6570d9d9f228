/** Where: every operation with its numbers, over time and against the range before. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { OTHER } from '../../../model/statistics.ts';
import { hrefWith } from '../../app/location.ts';
import { formatCount, formatExactCount, formatFrequency, formatShare } from '../../format/count.ts';
import { formatDuration, formatExact } from '../../format/duration.ts';
import { Button } from '../../parts/button.tsx';
import { CutMiddle } from '../../parts/cut-middle.tsx';
import { ServiceName } from '../../parts/service-name.tsx';
import { useWidth } from '../../parts/use-width.ts';
import { useVirtualRows } from '../../parts/virtual-rows.tsx';
import { statisticsText } from '../../text/statistics-en.ts';
import { ChangeMark } from './change-mark.tsx';
import type { OperationRow } from './operation-rows.ts';
import { Sparkline } from './sparkline.tsx';
import './operation-table.css';

export interface OperationTableProps {
  readonly rows: readonly OperationRow[];
  /** Key of the chosen one. */
  readonly chosen: string | undefined;
  /** URL of the search for the traces of one. */
  tracesHref(row: OperationRow): string;
}

const ROW_HEIGHT = 28;
/** Two lines, where there is no room for all columns. */
const ROW_HEIGHT_NARROW = 44;
const NARROW = 860;
const SHOWN_FIRST = 10;
const said = statisticsText.table;

export function OperationTable({ rows, chosen, tracesHref }: OperationTableProps) {
  const [isWhole, setIsWhole] = useState(false);
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const isNarrow = width > 0 && width < NARROW;
  const rowHeight = isNarrow ? ROW_HEIGHT_NARROW : ROW_HEIGHT;
  const body = useRef<HTMLTableSectionElement>(null);
  const scroller = useRef<HTMLElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    scroller.current = body.current!.closest('main');
    const { current } = scroller;
    if (current === null) return;
    const from = current.getBoundingClientRect().top - current.scrollTop;
    setTop(Math.round(body.current!.getBoundingClientRect().top - from));
  });
  const count = isWhole ? rows.length : Math.min(rows.length, SHOWN_FIRST);
  const shown = useVirtualRows({ count, rowHeight, scroller, top });
  const first = shown.rows[0]?.start ?? 0;
  const behind = shown.height - first - shown.rows.length * rowHeight;
  return (
    <div ref={host}>
      <table
        class={`operation-table ${isNarrow ? 'operation-table-narrow' : ''}`}
        aria-label={said.label}
        aria-rowcount={rows.length + 1}
      >
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col" class="operation-table-name">
              {said.operation}
            </th>
            <th scope="col" class="operation-table-service">
              {said.service}
            </th>
            <th scope="col" class="number">
              {said.rate}
            </th>
            <th scope="col" class="number">
              {said.errors}
            </th>
            <th scope="col" class="number operation-table-wide">
              {said.p50}
            </th>
            <th scope="col" class="number">
              {said.p95}
            </th>
            <th scope="col" class="number operation-table-wide">
              {said.p99}
            </th>
            <th scope="col" class="operation-table-change">
              {said.change}
            </th>
            <th scope="col" class="operation-table-traces">
              <span class="unseen">{said.traces}</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {first > 0 && <tr style={{ height: `${first}px` }} />}
          {shown.rows.map(({ index }) => (
            <Row
              key={rows[index]!.key}
              row={rows[index]!}
              place={index + 2}
              isChosen={rows[index]!.key === chosen}
              traces={tracesHref(rows[index]!)}
            />
          ))}
          {behind > 0 && <tr style={{ height: `${behind}px` }} />}
        </tbody>
      </table>
      {rows.length > SHOWN_FIRST && (
        <Button look="quiet" onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? said.fewer : said.more(rows.length - SHOWN_FIRST)}
        </Button>
      )}
    </div>
  );
}

interface RowProps {
  readonly row: OperationRow;
  readonly place: number;
  readonly isChosen: boolean;
  readonly traces: string;
}

function Row({ row, place, isChosen, traces }: RowProps) {
  const { service, operation, count, rate, errorShare, errors, p50, p95, p99, over, before } = row;
  const was = (value: string): string => (before === undefined ? '' : ` · ${said.was(value)}`);
  return (
    <tr aria-rowindex={place} class={isChosen ? 'operation-table-chosen' : undefined}>
      <th scope="row" class="operation-table-name">
        <a
          href={isChosen ? hrefWith({ operation: undefined }) : hrefWith({ service, operation })}
          aria-current={isChosen ? 'true' : undefined}
          title={service === OTHER ? said.otherWhy : operation}
        >
          <CutMiddle name={operation} />
        </a>
        <span class="operation-table-below">
          <ServiceName service={service} />
          <ChangeMark row={row} />
        </span>
      </th>
      <td class="operation-table-service">
        <ServiceName service={service} />
      </td>
      <td
        title={`${said.count(formatExactCount(count))}${was(formatFrequency(before?.rate ?? 0))}`}
      >
        <span class="operation-table-value">
          <Sparkline shape="bars" values={over?.rate ?? []} />
          {formatFrequency(rate)}
        </span>
      </td>
      <td title={`${formatCount(errors)}${was(formatShare(before?.errorShare ?? 0))}`}>
        <span class={`operation-table-value ${errors > 0 ? 'failed' : 'faint'}`}>
          <Sparkline shape="bars" isError values={over?.errorShare ?? []} max={1} />
          {formatShare(errorShare)}
        </span>
      </td>
      <Quantile value={p50} isWide count={count} />
      <td title={`${formatExact(p95)}${was(formatDuration(before?.p95 ?? 0))}`}>
        <span class="operation-table-value">
          <Sparkline shape="line" values={over?.p95 ?? []} />
          {count > 0 ? formatDuration(p95) : '–'}
        </span>
      </td>
      <Quantile value={p99} isWide count={count} />
      <td class="operation-table-change">
        <ChangeMark row={row} />
      </td>
      <td class="operation-table-traces">
        {service !== OTHER && (
          <a href={traces} aria-label={said.tracesOf(operation)}>
            {said.traces}
          </a>
        )}
      </td>
    </tr>
  );
}

function Quantile({ value, isWide, count }: { value: number; isWide: boolean; count: number }) {
  return (
    <td class={`number ${isWide ? 'operation-table-wide' : ''}`} title={formatExact(value)}>
      {count > 0 ? formatDuration(value) : '–'}
    </td>
  );
}
