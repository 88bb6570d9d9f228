/** What a line of the lifecycle says, in parts that are styled each in its way, and as one sentence that can be read aloud. */
import type { Attribute as ModelAttribute } from '../../../../../model/attribute.ts';
import type { Wire } from '../../../../data/wire.ts';
import { formatCount } from '../../../../format/count.ts';
import { formatDuration, formatOffset } from '../../../../format/duration.ts';
import { tabsText } from '../../../../text/tabs-en.ts';
import { plain, scalarOf } from '../../details/attribute-text.ts';
import { errorOf } from '../../details/error-of.ts';
import type { LifecycleLine } from './lifecycle-lines.ts';

export interface LineWords {
  /** `Enter`, `Checkpoint`. */
  readonly what: string;
  /** What it is about: the span, the checkpoint, the error. */
  readonly name: string;
  /** Attributes, a duration, a place. */
  readonly more: readonly string[];
  readonly isFailed: boolean;
  /** Besides name and more, of what ended badly or did not end. */
  readonly outcome: string | undefined;
}

const said = tabsText.lifecycle;
const ATTRIBUTES_SHOWN = 6;
const VALUE_MAX = 80;

/** What a line does not know by itself. */
export interface Surroundings {
  nameOf(spanId: string): string;
  /** Nanoseconds that a span has run until now, or until its last sign. */
  ranFor(spanId: string): number;
}

export function wordsOf(line: LifecycleLine, around: Surroundings): LineWords {
  const { kind, node, event } = line;
  const name = node?.name ?? '';
  const isFailed = node?.status === 'Failed';
  const outcome = isFailed ? said.failed : undefined;
  const none = { more: [], isFailed: false, outcome: undefined };
  switch (kind) {
    case 'enter':
      return { ...none, what: said.enter, name, more: foldedWords(line) };
    case 'exit':
    case 'whole': {
      const duration = said.took(formatDuration(node?.durationNano ?? 0));
      const more = kind === 'whole' ? [...foldedWords(line), duration] : [duration];
      return { ...{ what: said[kind], name, isFailed, outcome }, more };
    }
    case 'run':
      return {
        ...{ what: said.whole, name, isFailed, outcome },
        more: runWords(line.folded ?? []),
      };
    case 'error': {
      const { type, message, rest } = errorOf({ attributes: event!.attributes });
      const title = [type, message].filter(Boolean).join(': ') || event!.name;
      const place = placeOf(rest);
      const more = [...(place === undefined ? [] : [place]), said.in(name)];
      return { ...none, what: said.error, name: firstLine(title), more, isFailed: true };
    }
    case 'checkpoint':
    case 'custom': {
      // What it is called by is said already.
      const attributes = attributeWords(
        event!.attributes.filter(({ value }) => scalarOf(value) !== event!.name),
      );
      const more = [...(attributes === '' ? [] : [attributes]), said.in(name)];
      return { ...none, what: said[kind], name: event!.name, more };
    }
    case 'gap':
      return { ...none, what: said.gap, name: '', more: [said.gapFor(formatDuration(line.gap))] };
    case 'running':
      return runningWords(line, around);
  }
}

/** As it would be read aloud. */
export function sentenceOf(line: LifecycleLine, { what, name, more, outcome }: LineWords): string {
  const service = line.node === undefined ? [] : [line.node.service];
  const rest = [...more, ...(outcome === undefined ? [] : [outcome]), ...service];
  return `${formatOffset(line.offset)} ${what} ${name}${rest.map((part) => `, ${part}`).join('')}`;
}

function runningWords(
  { node, running }: LifecycleLine,
  { nameOf, ranFor }: Surroundings,
): LineWords {
  const { name = '', stale = false, place } = running ?? {};
  const stands = [
    ...(place?.within === undefined ? [] : [said.within(nameOf(place.within))]),
    ...(place?.checkpoint === undefined ? [] : [said.after(place.checkpoint)]),
    ...(place?.at === undefined ? [] : [said.at(shortPath(place.at))]),
  ];
  return {
    what: stale ? said.stale : said.running,
    name: name || (node?.name ?? ''),
    more: [
      ...(node === undefined ? [] : [said.forNow(formatDuration(ranFor(node.spanId)))]),
      ...(stands.length === 0 ? [] : [said.stands(stands.join(' '))]),
    ],
    isFailed: false,
    outcome: stale ? said.gone : undefined,
  };
}

/** How long each took, and all of them together. */
function runWords(lines: readonly LifecycleLine[]): readonly string[] {
  const nanos = lines.map(({ node }) => Number(node?.durationNano ?? 0));
  const [least, most] = [Math.min(...nanos), Math.max(...nanos)].map(formatDuration);
  const sum = formatDuration(nanos.reduce((all, one) => all + one, 0));
  return [least === most ? said.each(least!) : said.between(least!, most!), said.sum(sum)];
}

function foldedWords({ node }: LifecycleLine): readonly string[] {
  const folded = node?.folded;
  if (folded === undefined) return [];
  const words = [said.folded(formatCount(folded.spans))];
  return folded.errors > 0 ? [...words, said.foldedErrors(formatCount(folded.errors))] : words;
}

type Attributes = readonly Wire<ModelAttribute>[];

function attributeWords(attributes: Attributes): string {
  const shown = attributes
    .slice(0, ATTRIBUTES_SHOWN)
    .map(({ key, value }) => `${key}: ${cut(scalarOf(value) ?? JSON.stringify(plain(value)))}`);
  if (shown.length === 0) return '';
  return `{${shown.join(', ')}${attributes.length > ATTRIBUTES_SHOWN ? ', …' : ''}}`;
}

/** `charge.ts:88` */
function placeOf(attributes: Attributes): string | undefined {
  const text = (...names: readonly string[]): string | undefined => {
    const found = attributes.find(({ key }) => names.includes(key));
    return found && scalarOf(found.value);
  };
  const file = text('code.file.path', 'code.filepath')?.split(/[\\/]/).at(-1);
  if (file === undefined) return undefined;
  const line = text('code.line.number', 'code.lineno');
  return line === undefined ? file : `${file}:${line}`;
}

/** Its last two parts tell files apart. */
const shortPath = (path: string): string => path.split(/[\\/]/).slice(-2).join('/');

function cut(text: string): string {
  const line = firstLine(text);
  return line.length > VALUE_MAX ? `${line.slice(0, VALUE_MAX)}…` : line;
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : `${text.slice(0, end)} …`;
}
