/** Services are told apart by colour, also by readers who do not see red and green as others do. */
import { describe, expect, test } from 'vitest';
import { colourAt } from '../../../../src/web/colour/palette.ts';

type Triple = readonly [number, number, number];

/** `oklch(82% 0.1 265)` → linear sRGB, by the matrices of Ottosson (2020). */
function linear(colour: string): Triple {
  const [light, chroma, hue] = colour.match(/[\d.]+/g)!.map(Number) as [number, number, number];
  const angle = (hue * Math.PI) / 180;
  return fromLab([light / 100, chroma * Math.cos(angle), chroma * Math.sin(angle)]);
}

function fromLab([light, a, b]: Triple): Triple {
  const l = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (light - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((part) => Math.min(1, Math.max(0, part))) as unknown as Triple;
}

function toLab([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Of linear sRGB, severity 1 (Machado, Oliveira and Fernandes, 2009). */
const EYES: Readonly<Record<string, readonly Triple[]>> = {
  'most eyes': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
};

function seen(colour: string, eyes: readonly Triple[]): Triple {
  const rgb = linear(colour);
  const through = eyes.map((row) =>
    Math.min(1, Math.max(0, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2])),
  );
  return toLab(through as unknown as Triple);
}

function nearest(count: number, dark: boolean, eyes: readonly Triple[]): number {
  const all = Array.from({ length: count }, (_, at) => seen(colourAt(at, dark).fill, eyes));
  let least = Number.POSITIVE_INFINITY;
  for (const [at, one] of all.entries())
    for (const other of all.slice(0, at))
      least = Math.min(least, Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]));
  return least;
}

const luminance = ([r, g, b]: Triple) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** By WCAG 2. */
function contrast(one: string, other: string): number {
  const [dim, bright] = [luminance(linear(one)), luminance(linear(other))].sort((a, b) => a - b);
  return (bright! + 0.05) / (dim! + 0.05);
}

describe.each([
  ['light', false, 'oklch(99.2% 0.002 265)'],
  ['dark', true, 'oklch(18.5% 0.008 265)'],
] as const)('%s', (_, dark, ground) => {
  test.each(Object.entries(EYES))('services stay apart for %s', (__, eyes) => {
    // A step of 0.02 is what one just sees of two fields side by side.
    expect(nearest(4, dark, eyes)).toBeGreaterThan(0.085);
    expect(nearest(6, dark, eyes)).toBeGreaterThan(0.05);
    expect(nearest(12, dark, eyes)).toBeGreaterThan(0.04);
  });

  test('text on a bar, and marks on the page, can be read', () => {
    for (let place = 0; place < 12; place++) {
      const { fill, ink, line } = colourAt(place, dark);
      expect(contrast(fill, ink), fill).toBeGreaterThan(4.5);
      expect(contrast(line, ground), line).toBeGreaterThan(3);
    }
  });
});
