/**
 * A span as a question to an assistant: what it is, who called it, what it called, what went wrong. Short, and what was captured is fenced and said
 * to be data. Bounds: ANCESTORS_MAX, CHILDREN_MAX, VALUE_MAX characters a value, CHARACTERS_MAX in all.
 */
import { FAILED, nameAt, type Outline, RUNNING, serviceAt } from '../../../data/outline.ts';
import type { TraceSpan } from '../../../data/wire.ts';
import { formatDuration, formatOffset } from '../../../format/duration.ts';
import { text } from '../../../text/en.ts';
import { traceText } from '../../../text/trace-en.ts';
import { attributeText } from './attribute-text.ts';
import { errorOf } from './error-of.ts';

const ANCESTORS_MAX = 20;
const CHILDREN_MAX = 20;
const ATTRIBUTES_MAX = 40;
const EVENTS_MAX = 20;
const VALUE_MAX = 300;
const STACK_LINES_MAX = 12;
const CHARACTERS_MAX = 12_000;
const FENCE = '~~~~';
const { prompt: words, details } = traceText;

export function promptAbout(outline: Outline, row: number, span: TraceSpan): string {
  const sections = [
    `${words.span}: ${lineOf(outline, row)}\n${factsOf(span)}`,
    section(words.error, errorsOf(span)),
    section(words.callers, callersOf(outline, row)),
    section(words.children, childrenOf(outline, row)),
    section(words.attributes, attributesOf(span)),
    section(words.events, eventsOf(span)),
  ].filter((one) => one !== '');
  // A fence within what was captured would end it early.
  const told = sections.join('\n\n').replaceAll(FENCE, '~~~').slice(0, CHARACTERS_MAX);
  return `${words.ask}\n${words.data}\n\n${FENCE}\n${told}\n${FENCE}\n`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}:\n${lines.map((line) => `- ${line}`).join('\n')}`;
}

function lineOf(outline: Outline, row: number): string {
  const status = outline.status[row];
  const state =
    status === FAILED ? text.status.Failed : status === RUNNING ? text.status.Running : '';
  return [
    nameAt(outline, row),
    serviceAt(outline, row),
    formatOffset(outline.start[row]!),
    formatDuration(outline.duration[row]!),
    state,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function factsOf({ kind, otelKind, spanId, traceId, metadata }: TraceSpan): string {
  const facts = [
    `${details.kind} ${text.kind[kind]} (${otelKind})`,
    `trace ${traceId}`,
    `span ${spanId}`,
  ];
  if (metadata.statusMessage !== '') facts.push(cut(metadata.statusMessage));
  return facts.join(', ');
}

function errorsOf({ events }: TraceSpan): string[] {
  return events
    .filter(({ type }) => type === 'Error')
    .map((event) => {
      const { type, message, stack } = errorOf(event);
      const lines = stack.split('\n').slice(0, STACK_LINES_MAX).map(cut);
      return [`${type}: ${cut(message)}`, ...lines].join('\n  ');
    });
}

function callersOf(outline: Outline, row: number): string[] {
  const lines: string[] = [];
  let above = outline.parent[row]!;
  while (above >= 0 && lines.length < ANCESTORS_MAX) {
    lines.unshift(lineOf(outline, above));
    above = outline.parent[above]!;
  }
  return lines;
}

function childrenOf(outline: Outline, row: number): string[] {
  const lines: string[] = [];
  const { subtreeEnd, childCount } = outline;
  for (let child = row + 1; child < subtreeEnd[row]!; child = subtreeEnd[child]!) {
    if (lines.length === CHILDREN_MAX) {
      lines.push(details.moreChildren(String(childCount[row]! - CHILDREN_MAX)));
      break;
    }
    lines.push(lineOf(outline, child));
  }
  return lines;
}

function attributesOf({ attributes }: TraceSpan): string[] {
  return attributes
    .slice(0, ATTRIBUTES_MAX)
    .map(({ key, value }) => `${key}: ${cut(attributeText(value))}`);
}

function eventsOf({ events, startUnixNano }: TraceSpan): string[] {
  return events
    .filter(({ type }) => type === 'Checkpoint' || type === 'Custom')
    .slice(0, EVENTS_MAX)
    .map(({ name, atUnixNano }) => {
      const after = Number(BigInt(atUnixNano) - BigInt(startUnixNano));
      return `${formatOffset(after)} ${cut(name)}`;
    });
}

const cut = (value: string): string =>
  value.length > VALUE_MAX ? `${value.slice(0, VALUE_MAX)}…` : value;
