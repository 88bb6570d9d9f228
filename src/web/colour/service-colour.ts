/**
 * A service's colour: the same in every view and on every visit. Hues of equal lightness and chroma, in an order in which neighbours stay
 * apart for readers who do not tell red from green: they differ along blue and yellow first. Red is for errors alone. Which hue a name got is
 * kept in this browser; after 12 services hues come again, lighter or darker.
 */

import { isDark } from '../app/theme.ts';
import { keep, kept } from '../data/kept.ts';

const HUES = [262, 85, 195, 320, 130, 235, 60, 290, 165, 105, 215, 345] as const;
const NAMES_MAX = 240;
const KEPT_AS = 'services';

export interface ServiceColour {
  /** A bar's ground. */
  readonly fill: string;
  /** Text on it, at a contrast of 4.5 and more. */
  readonly ink: string;
  /** Lines and marks on the page's own ground, at a contrast of 3 and more. */
  readonly line: string;
}

const places = new Map<string, number>(restored());
const colours = new Map<string, ServiceColour>();

export function serviceColour(service: string): ServiceColour {
  const dark = isDark.value;
  const key = `${dark ? 'd' : 'l'}${service}`;
  let colour = colours.get(key);
  if (colour === undefined) {
    colour = colourAt(placeOf(service), dark);
    colours.set(key, colour);
  }
  return colour;
}

/** By its place in the order; `round` after round of all hues. */
export function colourAt(place: number, dark: boolean): ServiceColour {
  const hue = HUES[place % HUES.length]!;
  const round = Math.floor(place / HUES.length) % 3;
  if (dark) {
    const light = 47 + [0, -7, 6][round]!;
    return {
      fill: `oklch(${light}% 0.105 ${hue})`,
      ink: 'oklch(98% 0.005 265)',
      line: `oklch(${light + 25}% 0.115 ${hue})`,
    };
  }
  const light = 82 + [0, -6, 6][round]!;
  return {
    fill: `oklch(${light}% 0.09 ${hue})`,
    ink: 'oklch(22% 0.02 265)',
    line: `oklch(${light - 27}% 0.13 ${hue})`,
  };
}

function placeOf(service: string): number {
  let place = places.get(service);
  if (place === undefined) {
    // Where its name alone would put it if that is free, so that two browsers mostly agree; else the next that is.
    const taken = new Set(places.values());
    place = hashOf(service) % HUES.length;
    for (let tried = 0; taken.has(place) && tried < HUES.length; tried++) {
      place = (place + 1) % HUES.length;
    }
    if (taken.has(place)) place = places.size;
    if (places.size < NAMES_MAX) {
      places.set(service, place);
      keep(KEPT_AS, JSON.stringify([...places]));
    }
  }
  return place;
}

function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

function restored(): [string, number][] {
  try {
    const pairs: unknown = JSON.parse(kept(KEPT_AS) ?? '[]');
    if (!Array.isArray(pairs)) return [];
    return pairs.filter(
      (pair): pair is [string, number] =>
        Array.isArray(pair) && typeof pair[0] === 'string' && Number.isSafeInteger(pair[1]),
    );
  } catch {
    return [];
  }
}
