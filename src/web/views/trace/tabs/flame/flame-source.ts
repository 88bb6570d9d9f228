/** The two orders of a flame graph as one: boxes, what each says, and what is asked of one that is chosen. */
import type { Colour } from '../../../../colour/palette.ts';
import { FAILED, type Outline, RUNNING } from '../../../../data/outline.ts';
import { formatCount, formatShare } from '../../../../format/count.ts';
import { formatDuration } from '../../../../format/duration.ts';
import { tabsText } from '../../../../text/tabs-en.ts';
import type { Paint } from '../../colour-by.ts';
import type { RowRange } from '../../trace-model.ts';
import {
  type FlameBoxes,
  type MergedCalls,
  mergedCalls,
  spentIn,
  timeBoxes,
} from './flame-rows.ts';

export interface FlameSource {
  readonly boxes: FlameBoxes;
  /** Whether the axis is that of the trace's time; else time spent, added up. */
  readonly isTime: boolean;
  /** Of the axis, from 0; of time, its end. */
  readonly width: number;
  /** What widths mean, in words. */
  readonly hint: string;
  colourOf(box: number): Colour;
  nameOf(box: number): string;
  /** `12.3 ms`; of several calls, of all of them. */
  durationOf(box: number): string;
  serviceOf(box: number): string;
  /** Of its calls, those that failed: 0 to 1. */
  failedShare(box: number): number;
  isRunning(box: number): boolean;
  /** −1 at the top. */
  parentOf(box: number): number;
  /** The span that stands for it. */
  spanOf(box: number): number;
  /** The box of a span, or −1. */
  boxOf(span: number): number;
  /** Nanoseconds that rows and what lies below them account for, where a box stands for more calls than those; else undefined. */
  readonly spentIn?: (rows: ArrayLike<number>) => number;
  /** In words, for whoever points at it or hears it. */
  wordsOf(box: number): readonly string[];
}

const said = tabsText.flame;

export function timeSource(
  outline: Outline,
  rows: RowRange,
  paint: Paint,
  width: number,
): FlameSource {
  const { names, name, services, service, status, duration, self, parent } = outline;
  return {
    boxes: timeBoxes(outline, rows),
    isTime: true,
    width,
    hint: said.timeHint,
    durationOf: (box) => formatDuration(duration[box]!),
    colourOf: (box) => paint.colours[paint.classes[box]!]!,
    nameOf: (box) => names[name[box]!] ?? '',
    serviceOf: (box) => services[service[box]!] ?? '',
    failedShare: (box) => (status[box] === FAILED ? 1 : 0),
    isRunning: (box) => status[box] === RUNNING,
    parentOf: (box) => (parent[box]! < rows.first ? -1 : parent[box]!),
    spanOf: (box) => box,
    boxOf: (span) => (span >= rows.first && span < rows.end ? span : -1),
    wordsOf: (box) => [
      formatDuration(duration[box]!),
      said.self(formatDuration(self[box]!)),
      said.share(formatShare(Math.min(1, duration[box]! / Math.max(1, width)))),
    ],
  };
}

export function mergedSource(outline: Outline, rows: RowRange, paint: Paint): FlameSource {
  const merged: MergedCalls = mergedCalls(outline, rows);
  const { names, services, status } = outline;
  const { boxes, width, parent, name, service, count, errors, total, self, value } = merged;
  const { example, boxOf } = merged;
  return {
    ...{ boxes, width },
    isTime: false,
    hint: merged.isByCalls ? said.callsHint : said.mergedHint,
    durationOf: (box) => formatDuration(total[box]!),
    colourOf: (box) => paint.colours[paint.classes[example[box]!]!]!,
    nameOf: (box) => names[name[box]!] ?? '',
    serviceOf: (box) => services[service[box]!] ?? '',
    failedShare: (box) => errors[box]! / count[box]!,
    isRunning: (box) => status[example[box]!] === RUNNING,
    parentOf: (box) => parent[box]!,
    spanOf: (box) => example[box]!,
    boxOf: (span) => boxOf[span] ?? -1,
    spentIn: (found) => spentIn(outline, rows, found),
    wordsOf: (box) => [
      said.calls(formatCount(count[box]!), count[box] === 1),
      formatDuration(total[box]!),
      said.self(formatDuration(self[box]!)),
      said.share(formatShare(value[box]! / Math.max(1, width))),
      ...(errors[box]! > 0 ? [said.errors(formatCount(errors[box]!), errors[box] === 1)] : []),
    ],
  };
}
