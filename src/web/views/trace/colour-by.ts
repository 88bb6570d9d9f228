/** What the colour of a bar tells: its service unless the reader chooses. Each choice puts rows into classes, and each class has a colour. */
import { isDark } from '../../app/theme.ts';
import { type Colour, colourAt } from '../../colour/palette.ts';
import { serviceColour } from '../../colour/service-colour.ts';
import { KINDS, type Outline, STATUSES } from '../../data/outline.ts';
import { text } from '../../text/en.ts';

export const colourBys = ['service', 'kind', 'status', 'name'] as const;
export type ColourBy = (typeof colourBys)[number];

export interface Paint {
  /** By class. */
  readonly colours: readonly Colour[];
  /** By class: what it is. */
  readonly words: readonly string[];
  /** By row. */
  readonly classes: Uint8Array | Uint16Array | Uint32Array;
}

/** As many hues, lighter and darker, as the eye tells apart. */
const NAME_COLOURS = 36;
const FAILED_HUE = 25;
const RUNNING_PLACE = 0;

export function paintOf(outline: Outline, by: ColourBy): Paint {
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
        classes: outline.kind,
      };
    case 'status':
      return {
        colours: [colourAt(RUNNING_PLACE, dark), neutral(dark), failed(dark)],
        words: STATUSES.map((status) => text.status[status]),
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
