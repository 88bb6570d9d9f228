/**
 * A service's colour: the same in every view and on every visit. The next service takes the next colour, and keeps it in this browser.
 */
import { isDark } from '../app/theme.ts';
import { keep, kept } from '../data/kept.ts';
import { type Colour, colourAt } from './palette.ts';

const NAMES_MAX = 240;
const KEPT_AS = 'services';

const places = new Map<string, number>(restored());
const colours = new Map<string, Colour>();

export function serviceColour(service: string): Colour {
  const dark = isDark.value;
  const key = `${dark ? 'd' : 'l'}${service}`;
  let colour = colours.get(key);
  if (colour === undefined) {
    colour = colourAt(placeOf(service), dark);
    if (colours.size < 2 * NAMES_MAX) colours.set(key, colour);
  }
  return colour;
}

function placeOf(service: string): number {
  const known = places.get(service);
  if (known !== undefined) return known;
  // Another tab may have given places meanwhile.
  for (const [name, place] of restored()) if (!places.has(name)) places.set(name, place);
  const given = places.get(service);
  if (given !== undefined) return given;
  const place = places.size;
  if (place < NAMES_MAX) {
    places.set(service, place);
    keep(KEPT_AS, JSON.stringify([...places]));
  }
  return place;
}

function restored(): [string, number][] {
  try {
    const pairs: unknown = JSON.parse(kept(KEPT_AS) ?? '[]');
    if (!Array.isArray(pairs)) return [];
    return pairs.filter(
      (pair): pair is [string, number] =>
        Array.isArray(pair) &&
        typeof pair[0] === 'string' &&
        Number.isSafeInteger(pair[1]) &&
        pair[1] >= 0,
    );
  } catch {
    return [];
  }
}
