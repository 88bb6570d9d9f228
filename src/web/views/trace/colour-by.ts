/** What the colour of a bar tells: its service unless the reader chooses. Each choice puts rows into classes, and each class has a colour. */
import { OTHER_VALUE } from '../../../model/trace-attributes.ts';
import { isDark } from '../../app/theme.ts';
import { type Colour, colourAt } from '../../colour/palette.ts';
import { serviceColour } from '../../colour/service-colour.ts';
import { KINDS, type Outline, STATUSES } from '../../data/outline.ts';
import { text } from '../../text/en.ts';
import type { AttributeColumn } from './ask-attributes.ts';

export const colourBys = ['service', 'kind', 'status', 'name'] as const;
type OwnColourBy = (typeof colourBys)[number];
const ATTRIBUTE = 'attribute:';
/** In the URL as here. */
export type ColourBy = OwnColourBy | `${typeof ATTRIBUTE}${string}`;

export function attributeColour(key: string): ColourBy {
  return `${ATTRIBUTE}${key}`;
}

/** The attribute by which is coloured; undefined where it is something else. */
export function attributeOfColour(by: ColourBy): string | undefined {
  return by.startsWith(ATTRIBUTE) ? by.slice(ATTRIBUTE.length) : undefined;
}

export function isColourBy(text: string | undefined): text is ColourBy {
  if (text === undefined) return false;
  return (
    colourBys.some((by) => by === text) ||
    (text.startsWith(ATTRIBUTE) && text.length > ATTRIBUTE.length)
  );
}

export interface Paint {
  /** By class. */
  readonly colours: readonly Colour[];
  /** By class: what it is. Empty: of no class that is told. */
  readonly words: readonly string[];
  /** By class: what a search calls it, where that is another word. */
  readonly names?: readonly string[];
  /** It tells nothing yet. @default false */
  readonly isBlank?: boolean;
  /** By row. */
  readonly classes: Uint8Array | Uint16Array | Uint32Array;
}

/** As many hues, lighter and darker, as the eye tells apart. */
const NAME_COLOURS = 36;
const FAILED_HUE = 25;
const RUNNING_PLACE = 0;

export const NO_PAINT: Paint = { colours: [], words: [], classes: new Uint8Array(0) };

export function paintOf(outline: Outline, by: OwnColourBy): Paint {
  const dark = isDark.value;
  switch (by) {
    case 'service':
      return {
        colours: outline.services.map(serviceColour),
        words: outline.services,
        classes: outline.service,
      };
    case 'kind':
      return {
        colours: KINDS.map((_, at) => colourAt(at, dark)),
        words: KINDS.map((kind) => text.kind[kind]),
        names: KINDS,
        classes: outline.kind,
      };
    case 'status':
      return {
        colours: [colourAt(RUNNING_PLACE, dark), neutral(dark), failed(dark)],
        words: STATUSES.map((status) => text.status[status]),
        names: STATUSES,
        classes: outline.status,
      };
    case 'name':
      return {
        colours: outline.names.map((_, at) => colourAt(at % NAME_COLOURS, dark)),
        words: outline.names,
        classes: outline.name,
      };
  }
}

/**
 * @param classes a byte a row, as the column has them, or UNTOLD
 * @param placeOf a value's place in the order of colours, the same as long as the trace is looked at
 */
export function attributePaint(
  classes: Uint8Array,
  { values }: Pick<AttributeColumn, 'values'>,
  placeOf: (value: string) => number,
): Paint {
  const dark = isDark.value;
  const colours: Colour[] = new Array<Colour>(OTHER_VALUE + 1).fill(neutral(dark));
  const words: string[] = new Array<string>(OTHER_VALUE + 1).fill('');
  for (const [at, { text: value }] of values.entries()) {
    colours[at + 1] = colourAt(placeOf(value), dark);
    words[at + 1] = value;
  }
  colours[OTHER_VALUE] = other(dark);
  return { colours, words, classes };
}

/** While what is asked for is on its way. */
export function blankPaint({ rowCount }: Outline): Paint {
  return {
    colours: [neutral(isDark.value)],
    words: [''],
    isBlank: true,
    classes: new Uint8Array(rowCount),
  };
}

/** Between the neutral of what has no value and the colours of values. */
function other(dark: boolean): Colour {
  return dark
    ? { fill: 'oklch(52% 0.03 265)', ink: 'oklch(98% 0.005 265)', line: 'oklch(78% 0.03 265)' }
    : { fill: 'oklch(74% 0.03 265)', ink: 'oklch(22% 0.02 265)', line: 'oklch(46% 0.03 265)' };
}

function neutral(dark: boolean): Colour {
  return dark
    ? { fill: 'oklch(44% 0.012 265)', ink: 'oklch(98% 0.005 265)', line: 'oklch(68% 0.012 265)' }
    : { fill: 'oklch(84% 0.01 265)', ink: 'oklch(22% 0.02 265)', line: 'oklch(56% 0.012 265)' };
}

function failed(dark: boolean): Colour {
  return dark
    ? {
        fill: `oklch(45% 0.14 ${FAILED_HUE})`,
        ink: 'oklch(98% 0.005 265)',
        line: `oklch(72% 0.15 ${FAILED_HUE})`,
      }
    : {
        fill: `oklch(82% 0.1 ${FAILED_HUE})`,
        ink: 'oklch(22% 0.02 265)',
        line: `oklch(55% 0.19 ${FAILED_HUE})`,
      };
}
