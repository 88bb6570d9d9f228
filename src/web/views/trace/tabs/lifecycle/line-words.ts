/** What a line of the lifecycle says, in parts that are styled each in its way, and as one sentence that can be read aloud. */
import { formatCount } from '../../../../format/count.ts';
import { formatDuration, formatOffset } from '../../../../format/duration.ts';
import { tabsText } from '../../../../text/tabs-en.ts';
import { errorOf, framesOf } from '../../details/error-of.ts';
import { attributeWords, codePlace, firstLine, shortPath } from './attribute-words.ts';
import type { LifecycleLine } from './lifecycle-lines.ts';

export interface LineWords {
  /** Nanoseconds from the start of the trace. */
  readonly at: number;
  /** `Enter`, `Checkpoint`. */
  readonly what: string;
  /** How many spans the line stands for; 0 where for one. */
  readonly times: number;
  /** What it is about: the span, the checkpoint, the error. */
  readonly name: string;
  /** Whom the span called. */
  readonly peer: string | undefined;
  /** Attributes, a duration, a place. */
  readonly more: readonly string[];
  readonly isFailed: boolean;
  /** Besides name and more, of what ended badly or did not end. */
  readonly outcome: string | undefined;
}

const said = tabsText.lifecycle;

/** What a line does not know by itself. */
export interface Surroundings {
  nameOf(spanId: string): string;
  /** Nanoseconds that a span has run until now, or until its last sign. */
  ranFor(spanId: string): number;
}

export function wordsOf(line: LifecycleLine, around: Surroundings): LineWords {
  const { kind, node, event, offset } = line;
  const name = node?.name ?? '';
  const isFailed = node?.status === 'Failed';
  const none = { at: offset, times: 0, peer: undefined, isFailed: false, outcome: undefined };
  const span = { ...none, name, peer: node?.peer, times: node?.folded?.count ?? 0 };
  const ended = { ...span, times: 0, isFailed, outcome: isFailed ? said.failed : undefined };
  switch (kind) {
    case 'enter':
      return { ...span, what: said.enter, more: [...attemptWords(line), ...foldedWords(line)] };
    case 'exit':
      return { ...ended, what: said.exit, more: endWords(line) };
    case 'whole':
      return {
        ...{ ...ended, times: span.times, what: said.whole },
        more: [...foldedWords(line), ...endWords(line)],
      };
    case 'failed': {
      const title = errorTitle(line);
      return {
        ...{ ...span, isFailed, what: line.isWhole ? said.wholeFailed : said.failed },
        more: [...(title === '' ? [] : [title]), ...foldedWords(line), ...endWords(line)],
      };
    }
    case 'run':
    case 'loop': {
      const lines = line.folded ?? [];
      if (lines[0]?.kind === 'enter' && kind === 'run')
        return { ...span, times: lines.length, what: said.enter, more: [said.together] };
      if (kind === 'run')
        return { ...ended, times: lines.length, what: said.whole, more: runWords(lines) };
      const [, run, exit] = lines;
      const loop = said.loop(formatCount(run?.folded?.length ?? 0), nameAndPeer(run));
      return { ...ended, what: said.enter, more: [loop, exitWords(exit)] };
    }
    case 'error': {
      const place = errorPlace(line);
      const more = [...(place === undefined ? [] : [place]), said.in(name), ...retriedWords(line)];
      return { ...none, what: said.error, name: errorTitle(line), more, isFailed: true };
    }
    case 'checkpoint':
    case 'custom': {
      const place = codePlace(event!.attributes);
      const attributes = attributeWords(event!);
      const more = [attributes, place ?? '', said.in(name)].filter((part) => part !== '');
      return { ...none, what: said[kind], name: event!.name, more };
    }
    case 'gap':
      return { ...none, what: said.gap, name: '', more: [said.gapFor(formatDuration(line.gap))] };
    case 'running':
      return runningWords(line, around);
  }
}

/** As it would be read aloud. */
export function sentenceOf(line: LifecycleLine, words: LineWords): string {
  const { at, what, times, name, peer, more, outcome } = words;
  const about = [
    ...(times > 0 ? [said.times(formatCount(times))] : []),
    ...(name === '' ? [] : [name]),
    ...(peer === undefined ? [] : [said.peer(peer)]),
  ].join(' ');
  const service = line.node === undefined ? [] : [line.node.service];
  const rest = [...more, ...(outcome === undefined ? [] : [outcome]), ...service];
  return [`${formatOffset(at)} ${what}${about === '' ? '' : ` ${about}`}`, ...rest].join(', ');
}

function runningWords(
  { node, running, offset }: LifecycleLine,
  { nameOf, ranFor }: Surroundings,
): LineWords {
  const { name = '', stale = false, place } = running ?? {};
  const ran = node === undefined ? 0 : ranFor(node.spanId);
  const stands = [
    ...(place?.within === undefined ? [] : [said.within(nameOf(place.within))]),
    ...(place?.checkpoint === undefined ? [] : [said.after(place.checkpoint)]),
    ...(place?.at === undefined ? [] : [said.at(shortPath(place.at))]),
  ];
  return {
    ...{ at: offset + ran, times: 0, peer: node?.peer, isFailed: false },
    what: stale ? said.stale : said.running,
    name: name || (node?.name ?? ''),
    more: [
      ...(stands.length === 0 ? [] : [said.stands(stands.join(' '), stale)]),
      ...(ran > 0 ? [said.forNow(formatDuration(ran), stale)] : []),
    ],
    outcome: stale ? said.gone : undefined,
  };
}

/** `PspError: 503 Service Unavailable`, `HTTP 503`; empty where nothing is known. */
function errorTitle({ kind, event }: LifecycleLine): string {
  const { type, message } = errorOf({ attributes: event!.attributes });
  // What a status alone tells is a code of HTTP, or a word.
  const named = kind === 'failed' && /^[45]\d\d$/.test(type) ? said.http(type) : type;
  const title = [named, message].filter(Boolean).join(': ');
  return firstLine(title || (kind === 'failed' ? '' : event!.name));
}

/** Where the sender says, else where the stack begins in the program's own code: `charge.ts:88`. */
function errorPlace({ event }: LifecycleLine): string | undefined {
  const { rest, stack } = errorOf({ attributes: event!.attributes });
  const given = codePlace(rest);
  if (given !== undefined) return given;
  const frame = framesOf(stack).find(({ isForeign }) => !isForeign);
  const found = frame && /([^\s()/\\:]+\.\w+):(\d+)/.exec(frame.line);
  return found ? `${found[1]}:${found[2]}` : undefined;
}

function endWords(line: LifecycleLine): readonly string[] {
  const took = said.took(formatDuration(line.node?.durationNano ?? 0));
  return [...attemptWords(line), took, ...retriedWords(line)];
}

function exitWords(exit: LifecycleLine | undefined): string {
  return said.loopExit(formatDuration(exit?.node?.durationNano ?? 0));
}

function attemptWords({ node }: LifecycleLine): readonly string[] {
  const { attempt } = node ?? {};
  return attempt === undefined ? [] : [said.attempt(attempt.number, attempt.of)];
}

/** Names that are told, of one span; of more the number. */
const RETRIED_MAX = 4;

function retriedWords({ retried = [] }: LifecycleLine): readonly string[] {
  const told = retried
    .slice(0, RETRIED_MAX)
    .map(({ name, times, calls }) => said.retried(name, times, calls));
  const rest = retried.length - told.length;
  return rest > 0 ? [...told, said.retriedToo(rest)] : told;
}

function nameAndPeer(line: LifecycleLine | undefined): string {
  const { name = '', peer } = line?.node ?? {};
  return peer === undefined ? name : `${name} ${said.peer(peer)}`;
}

/** How long each took, and all of them together. */
function runWords(lines: readonly LifecycleLine[]): readonly string[] {
  const nanos = lines.map(({ node }) => Number(node?.durationNano ?? 0));
  let [least, most, sum] = [Number.POSITIVE_INFINITY, 0, 0];
  for (const nano of nanos) {
    least = Math.min(least, nano);
    most = Math.max(most, nano);
    sum += nano;
  }
  const [short, long] = [formatDuration(least), formatDuration(most)];
  const each = short === long ? said.each(short) : said.between(short, long);
  return [each, said.sum(formatDuration(sum))];
}

function foldedWords({ node }: LifecycleLine): readonly string[] {
  const folded = node?.folded;
  if (folded === undefined) return [];
  const words = [said.folded(formatCount(folded.spans))];
  return folded.errors > 0 ? [...words, said.foldedErrors(formatCount(folded.errors))] : words;
}
