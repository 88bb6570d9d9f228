/** A row of the table: of a span, or of an operation or a service. */
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
import { formatCount, formatShare } from '../../../../format/count.ts';
import { formatDuration, formatExact, formatOffset } from '../../../../format/duration.ts';
import { CutMiddle } from '../../../../parts/cut-middle.tsx';
import { ServiceName } from '../../../../parts/service-name.tsx';
import { text } from '../../../../text/en.ts';
import { tabsText } from '../../../../text/tabs-en.ts';
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
  /** Nanoseconds that a bar over the whole cell stands for. */
  readonly longest: number;
  onSelect(): void;
}

export function SpanLine({ outline, row, longest, ...rest }: LineProps) {
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
      <Time column="duration" nanos={duration[row]!}>
        <PartBar whole={duration[row]!} part={self[row]!} longest={longest} />
      </Time>
      <Share column="share" share={duration[row]! / Math.max(1, Number(outline.durationNano))} />
      {status[row] === RUNNING ? (
        <td class="table-cell-self number faint" title={tabsText.table.selfUnknown}>
          –
        </td>
      ) : (
        <Time column="self" nanos={self[row]!} />
      )}
      <Count column="children" count={childCount[row]!} />
      <Count column="errors" count={errorsBelow[row]!} isError />
    </Line>
  );
}

export interface OperationLineProps extends LineProps {
  readonly operations: OperationRows;
  readonly isNamed: boolean;
}

export function OperationLine(props: OperationLineProps) {
  const { outline, row, operations, isNamed, longest, ...rest } = props;
  const { figures, name, service } = operations;
  const { names, services } = outline;
  return (
    <Line
      {...rest}
      name={isNamed ? (names[name[row]!] ?? '') : undefined}
      service={services[service[row]!] ?? ''}
    >
      <Count column="count" count={figures.count[row]!} />
      <Count column="failed" count={figures.failed[row]!} isError />
      <Time column="total" nanos={figures.total[row]!}>
        <PartBar whole={figures.total[row]!} part={figures.self[row]!} longest={longest} />
      </Time>
      <Time column="self" nanos={figures.self[row]!} />
      <Share column="selfShare" share={figures.selfShare[row]!} />
      {(['mean', 'p50', 'p95', 'max'] as const).map((column) => (
        <Time key={column} column={column} nanos={figures[column][row]!} />
      ))}
    </Line>
  );
}

interface RowProps extends Omit<LineProps, 'outline' | 'row' | 'longest'> {
  /** Undefined where rows have none. */
  readonly name: string | undefined;
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
      {name !== undefined && (
        <td class="table-cell-name" title={name}>
          <CutMiddle name={name} />
        </td>
      )}
      <td class="table-cell-service">
        <ServiceName service={service} />
      </td>
      {children}
    </tr>
  );
}

interface TimeProps {
  readonly column: string;
  readonly nanos: number;
  readonly children?: ComponentChildren;
}

function Time({ column, nanos, children }: TimeProps) {
  return (
    <td class={`table-cell-${column} number`} title={formatExact(Math.round(nanos))}>
      {formatDuration(nanos)}
      {children}
    </td>
  );
}

interface PartBarProps {
  /** Nanoseconds. */
  readonly whole: number;
  readonly part: number;
  readonly longest: number;
}

/** How long beside the longest, and of that the part that was its own. The figures say the same. */
function PartBar({ whole, part, longest }: PartBarProps) {
  const ofLongest = (nanos: number): string =>
    `${Math.min(100, (nanos / Math.max(1, longest)) * 100)}%`;
  return (
    <span class="table-bars">
      <span style={{ width: ofLongest(whole) }} />
      {part > 0 && <span class="table-bars-own" style={{ width: ofLongest(part) }} />}
    </span>
  );
}

function Share({ column, share }: { readonly column: string; readonly share: number }) {
  return <td class={`table-cell-${column} number soft`}>{formatShare(Math.min(1, share))}</td>;
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
