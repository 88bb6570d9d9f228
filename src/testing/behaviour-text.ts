/**
 * What a run did as a text that is the same in every run of the same behaviour: names, nesting, order,
 * status, types of errors; equal siblings after one another are told once, with their number. No times, no ids,
 * no ports (stable-text.ts).
 *
 * Siblings that overlap are sorted by what is told of them: which of them is first is chance. Overlapping is
 * told by the order of starts and ends, not by clocks. Bound: LEVELS_MAX levels, below them a number of spans.
 */
import { ANONYMOUS, ATTRIBUTE } from '../tracing/trace-options.ts';
import type { RecordedSpan } from './recorded-span.ts';
import { stableText } from './stable-text.ts';
import { treeRows } from './tree-rows.ts';

export interface BehaviourOptions {
  /** Names of attributes that are told too. @default none */
  readonly attributes?: readonly string[] | undefined;
  /** False sorts all siblings, also those that ran one after another. @default true */
  readonly order?: boolean | undefined;
}

const LEVELS_MAX = 64;

/** Without the root, which is the test's own; where the code threw, that is the last line. */
export function behaviourText(root: RecordedSpan, options: BehaviourOptions): string {
  const lines = siblingLines(root.children, options, 0);
  if (root.errorType !== undefined) lines.push(`✕ threw ${stableText(root.errorType)}`);
  return lines.join('\n');
}

function siblingLines(
  siblings: readonly RecordedSpan[],
  options: BehaviourOptions,
  depth: number,
): string[] {
  const groups = options.order === false ? [siblings] : overlapping(siblings);
  const parts = groups.flatMap((group) =>
    group.map((span) => linesOf(span, options, depth)).sort(),
  );
  return folded(parts).flatMap(({ text, count }) => {
    const [own, ...below] = text.split('\n');
    return [count > 1 ? `${own} ×${count}` : own!, ...below];
  });
}

/** A span and all below it, as one text. */
function linesOf(span: RecordedSpan, options: BehaviourOptions, depth: number): string {
  const lines = [ownLine(span, options.attributes ?? [])];
  if (depth < LEVELS_MAX) {
    for (const line of siblingLines(span.children, options, depth + 1)) lines.push(`  ${line}`);
  } else if (span.children.length > 0) {
    lines.push(`  … ${treeRows(span).length - 1} spans below`);
  }
  return lines.join('\n');
}

function ownLine(span: RecordedSpan, attributes: readonly string[]): string {
  const mark = span.status === 'Failed' ? '✕ ' : '';
  const told = attributes
    .filter((key) => span.attributes[key] !== undefined)
    .map((key) => `${key}=${stableText(String(span.attributes[key]))}`);
  return [
    `${mark}${stableText(nameOf(span))}`,
    ...(told.length > 0 ? [`{${told.join(', ')}}`] : []),
    ...(span.errorType === undefined ? [] : [stableText(span.errorType)]),
    ...(span.status === 'Running' ? ['(unfinished)'] : []),
  ].join(' ');
}

/** The name of a function without one tells the line that it stands in, which moves. */
function nameOf({ name, attributes }: RecordedSpan): string {
  return attributes[ATTRIBUTE.functionName] === ANONYMOUS ? ANONYMOUS : name;
}

/** Siblings in order of start, as groups: none of a group overlaps one of another. */
function overlapping(siblings: readonly RecordedSpan[]): RecordedSpan[][] {
  const groups: RecordedSpan[][] = [];
  let lastEnd = -1;
  for (const span of siblings) {
    if (span.startedAs > lastEnd) groups.push([]);
    groups.at(-1)!.push(span);
    lastEnd = Math.max(lastEnd, span.endedAs ?? Infinity);
  }
  return groups;
}

function folded(texts: readonly string[]): { readonly text: string; count: number }[] {
  const folds: { readonly text: string; count: number }[] = [];
  for (const text of texts) {
    const last = folds.at(-1);
    if (last?.text === text) last.count++;
    else folds.push({ text, count: 1 });
  }
  return folds;
}
