/** The end of a run, for a person to read at a glance: one screen at most, no line wider than the terminal. */
import { basename, isAbsolute, relative } from 'node:path';
import { printable } from '../telemetry/printable.ts';
import type { RunSummary, SummedError, SummedIo } from './run-summary.ts';
import { humanCount, humanNano } from './text-table.ts';

export interface Screen {
  readonly columns: number;
  readonly hasColours: boolean;
  /** Files below it are told from here. */
  readonly cwd: string;
}

export interface RunHead {
  readonly name: string;
  /** Undefined where all went well. */
  readonly failure: string | undefined;
  readonly durationNano: number;
}

const COLUMNS_MIN = 40;
/** With two before it and two behind it. */
const LABEL_WIDTH = 16;
/** Of a part; with its other lines and what is told around it 24 lines. */
const ROWS_MAX = 3;
const ERRORS_MAX = 5;
/** Characters of an error that are told before its place. */
const ERROR_MIN = 16;
const UNSEEN_MAX = 2;
const RED = 31;
const DIM = 2;

/** Lines, without what ends them. */
export function runSummaryText(head: RunHead, summary: RunSummary, screen: Screen): string[] {
  const line = lineWriter(screen);
  const rows = (label: string, all: readonly string[], max: number, colour?: number): string[] => {
    const shown = all.slice(0, max);
    const more = all.length - shown.length;
    const last = more > 0 ? [`and ${humanCount(more)} more`] : [];
    return [...shown, ...last].map((text, at) => line(at === 0 ? label : '', text, colour));
  };
  const at = (where: string, what: string): string =>
    // What has no name is called by its place.
    where === '' || what.includes(` ${basename(where)}`) ? '' : `  ${shortened(where, screen.cwd)}`;
  const { calls, io, errors, slowest, unfinished, unseen, spans, isCut } = summary;
  const unseenRows = rows('not seen in', unseen, UNSEEN_MAX);
  // One screen has no room for both.
  const shownSlowest = slowest.slice(0, slowest.length - unseenRows.length);
  const counted = [
    ...(calls === undefined
      ? []
      : [`${amount(calls.functions, 'function')}, ${amount(calls.calls, 'call')}`]),
    `${amount(spans, 'span')}${isCut ? ', the first of more' : ''}`,
  ];
  const outcome = head.failure ?? 'done';
  const first = `${head.name}: ${outcome} after ${humanNano(head.durationNano)}`;
  return [
    titleLine(first, head.failure === undefined ? undefined : RED, screen),
    line(calls === undefined ? 'spans' : 'calls', counted.join('; ')),
    ...rows('I/O', io.map(ioText), ROWS_MAX),
    ...rows(
      'errors',
      errors.map((one) => {
        const where = at(one.where, errorText(one));
        return `${fitted(errorText(one), Math.max(ERROR_MIN, widthOf(screen) - LABEL_WIDTH - where.length))}${where}`;
      }),
      ERRORS_MAX,
      RED,
    ),
    ...rows(
      'slowest',
      shownSlowest.map(
        (one) =>
          `${humanNano(one.durationNano).padStart(8)}  ${one.name}${at(one.where, one.name)}`,
      ),
      shownSlowest.length,
    ),
    ...rows(
      'not finished',
      unfinished.map(({ name, where }) => `${name}${at(where, name)}`),
      ROWS_MAX,
      RED,
    ),
    ...unseenRows,
  ];
}

function ioText({ name, count, failed }: SummedIo): string {
  return `${name}  ${humanCount(count)}${failed > 0 ? ` (${humanCount(failed)} failed)` : ''}`;
}

function errorText({ type, message, count }: SummedError): string {
  const times = count > 1 ? `${humanCount(count)} × ` : '';
  return `${times}${type}${message === '' ? '' : `: ${message}`}`;
}

type LineWriter = (label: string, text: string, colour?: number) => string;

function lineWriter(screen: Screen): LineWriter {
  const width = widthOf(screen) - LABEL_WIDTH;
  return (label, text, colour) =>
    `  ${painted(label, DIM, screen)}${' '.repeat(LABEL_WIDTH - 2 - label.length)}${painted(fitted(text, width), colour, screen)}`;
}

function titleLine(text: string, colour: number | undefined, screen: Screen): string {
  return `synton: ${painted(fitted(text, widthOf(screen) - 'synton: '.length), colour, screen)}`;
}

function widthOf({ columns }: Screen): number {
  return Math.max(COLUMNS_MIN, columns);
}

function fitted(text: string, width: number): string {
  const safe = printable(text);
  return safe.length > width ? `${safe.slice(0, width - 1)}…` : safe;
}

function painted(text: string, colour: number | undefined, { hasColours }: Screen): string {
  return hasColours && colour !== undefined && text !== ''
    ? `\u001b[${colour}m${text}\u001b[0m`
    : text;
}

function amount(count: number, noun: string): string {
  return `${humanCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function shortened(where: string, cwd: string): string {
  const below = relative(cwd, where);
  return isAbsolute(where) && !below.startsWith('..') ? below : where;
}
