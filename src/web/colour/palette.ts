/**
 * Colours that stay apart. Red is for errors alone. They come in an order in which the first few are as far from each other as can be for readers
 * who do not tell red from green (simulated by Machado, Oliveira and Fernandes, 2009), which takes three lightnesses: at one alone, half of
 * all hues look the same to them.
 */

export interface Colour {
  /** A bar's ground. */
  readonly fill: string;
  /** Text on it, at a contrast of 4.5 and more. */
  readonly ink: string;
  /** Lines and marks on the page's own ground, at a contrast of 3 and more. */
  readonly line: string;
}

/** Hue, and which of the three lightnesses. */
const COLOURS = [
  ...([
    [265, 0],
    [55, 0],
    [145, 2],
    [300, 2],
    [185, 0],
    [90, 1],
  ] as const),
  ...([
    [165, 1],
    [280, 1],
    [85, 2],
    [340, 1],
    [150, 0],
    [320, 0],
  ] as const),
] as const;
const IN_DARK = {
  light: [40.5, 47.5, 54],
  chroma: [0.1, 0.105, 0.11],
  ink: 'oklch(98% 0.005 265)',
};
const IN_LIGHT = {
  light: [75.5, 82, 88.5],
  chroma: [0.105, 0.1, 0.095],
  ink: 'oklch(22% 0.02 265)',
};
/** How far a line is from its fill: away from the ground. */
const LINE_IN_DARK = 25;
const LINE_IN_LIGHT = -27;
/** By its place in the order; after twelve they come again. */
export function colourAt(place: number, dark: boolean): Colour {
  const [hue, level] = COLOURS[place % COLOURS.length]!;
  const { light, chroma, ink } = dark ? IN_DARK : IN_LIGHT;
  const line = light[level]! + (dark ? LINE_IN_DARK : LINE_IN_LIGHT);
  return {
    fill: `oklch(${light[level]}% ${chroma[level]} ${hue})`,
    ink,
    line: `oklch(${line}% ${dark ? 0.115 : 0.13} ${hue})`,
  };
}
