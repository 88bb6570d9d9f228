/** A table as CSV (RFC 4180): times in nanoseconds, as a program wants them. */
import { KINDS, type Outline, STATUSES, spanIdAt } from '../../../../data/outline.ts';
import {
  type Grouping,
  OPERATION_COLUMNS,
  type OperationRows,
  SPAN_COLUMNS,
  spanFigures,
} from './table-rows.ts';

export function spansCsv(outline: Outline, rows: Int32Array): string {
  const { names, name, services, service, kind, status } = outline;
  // A share is what a spreadsheet makes of a duration itself.
  const columns = SPAN_COLUMNS.filter((column) => column !== 'share');
  const figures = columns.slice(4).map((column) => spanFigures(outline, column));
  const lines = [['span_id', ...columns].join()];
  for (const row of rows) {
    const words = [
      spanIdAt(outline, row),
      cell(names[name[row]!] ?? ''),
      cell(services[service[row]!] ?? ''),
      KINDS[kind[row]!] ?? '',
      STATUSES[status[row]!] ?? '',
    ];
    lines.push([...words, ...figures.map((column) => Math.round(column[row]!))].join());
  }
  return `${lines.join('\r\n')}\r\n`;
}

export function operationsCsv(
  { names, services }: Outline,
  { name, service, figures }: OperationRows,
  order: Int32Array,
  by: Grouping = 'operation',
): string {
  const columns = OPERATION_COLUMNS.slice(2).filter(
    (column) => column !== 'selfShare',
  ) as (keyof typeof figures)[];
  const isNamed = by === 'operation';
  const lines = [[...(isNamed ? ['name'] : []), 'service', ...columns].join()];
  for (const at of order) {
    const words = [
      ...(isNamed ? [cell(names[name[at]!] ?? '')] : []),
      cell(services[service[at]!] ?? ''),
    ];
    lines.push([...words, ...columns.map((column) => Math.round(figures[column][at]!))].join());
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** Quoted where it has to be; what a spreadsheet would take for a formula is a text. */
export function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
