/** A row of the table: of a span, or of an operation. */
import type { ComponentChildren } from 'preact';
import {
  FAILED,
  KINDS,
  nameAt,
  type Outline,
  RUNNING,
  STATUSES,
  serviceAt,
} from '../../../../data/outline.ts';
import { formatCount } from '../../../../format/count.ts';
import { formatDuration, formatExact, formatOffset } from '../../../../format/duration.ts';
import { CutMiddle } from '../../../../parts/cut-middle.tsx';
import { ServiceName } from '../../../../parts/service-name.tsx';
import { text } from '../../../../text/en.ts';
import type { OperationRows } from './table-rows.ts';
import './table-lines.css';

export interface LineProps {
  readonly id: string;
  /** From 1, the head included. */
  readonly place: number;
  readonly top: number;
  readonly outline: Outline;
  /** Of the outline, or an operation. */
  readonly row: number;
  readonly isSelected: boolean;
  onSelect(): void;
}

export function SpanLine({ outline, row, ...rest }: LineProps) {
  const { kind, status, start, duration, self, childCount, errorsBelow } = outline;
  const isFailed = status[row] === FAILED;
  return (
    <Line {...rest} name={nameAt(outline, row)} service={serviceAt(outline, row)}>
      <td class="table-cell-kind soft">{text.kind[KINDS[kind[row]!]!]}</td>
      <td
        class={`table-cell-status ${isFailed ? 'failed' : status[row] === RUNNING ? 'warning' : 'faint'}`}
      >
        {text.status[STATUSES[status[row]!]!]}
      </td>
      <td class="table-cell-start number" title={formatExact(start[row]!)}>
        {formatOffset(start[row]!)}
      </td>
      <Time column="duration" nanos={duration[row]!} />
      <Time column="self" nanos={self[row]!} />
      <Count column="children" count={childCount[row]!} />
      <Count column="errors" count={errorsBelow[row]!} isError />
    </Line>
  );
}

export interface OperationLineProps extends LineProps {
  readonly operations: OperationRows;
}

export function OperationLine({ outline, row, operations, ...rest }: OperationLineProps) {
  const { figures, name, service } = operations;
  const { names, services } = outline;
  return (
    <Line {...rest} name={names[name[row]!] ?? ''} service={services[service[row]!] ?? ''}>
      <Count column="count" count={figures.count[row]!} />
      <Count column="failed" count={figures.failed[row]!} isError />
      {(['total', 'self', 'mean', 'p50', 'max'] as const).map((column) => (
        <Time key={column} column={column} nanos={figures[column][row]!} />
      ))}
    </Line>
  );
}

interface RowProps extends Omit<LineProps, 'outline' | 'row'> {
  readonly name: string;
  readonly service: string;
  readonly children: ComponentChildren;
}

function Line({ id, place, top, isSelected, onSelect, name, service, children }: RowProps) {
  return (
    <tr
      id={id}
      class={`table-line ${isSelected ? 'table-line-selected' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      aria-rowindex={place}
      aria-selected={isSelected}
      onClick={onSelect}
    >
      <td class="table-cell-name" title={name}>
        <CutMiddle name={name} />
      </td>
      <td class="table-cell-service">
        <ServiceName service={service} />
      </td>
      {children}
    </tr>
  );
}

function Time({ column, nanos }: { readonly column: string; readonly nanos: number }) {
  return (
    <td class={`table-cell-${column} number`} title={formatExact(Math.round(nanos))}>
      {formatDuration(nanos)}
    </td>
  );
}

interface CountProps {
  readonly column: string;
  readonly count: number;
  readonly isError?: boolean;
}

function Count({ column, count, isError = false }: CountProps) {
  const look = count === 0 ? 'faint' : isError ? 'failed' : '';
  return <td class={`table-cell-${column} number ${look}`}>{formatCount(count)}</td>;
}
