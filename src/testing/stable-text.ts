/**
 * A name or value without what is another one in every run: ports, UUIDs, long hexadecimal ids, colours of a terminal. What merely
 * looks like a number stays, as it may be what the code is about. Cut to TEXT_MAX characters.
 */
import { stripVTControlCharacters } from 'node:util';
import { label } from '../views/formats/clean-text.ts';

const TEXT_MAX = 200;
const INPUT_MAX = 2_000;

/** After a scheme, `localhost`, an IPv4 or bracketed IPv6 address, or a name with a dot. */
const PORT =
  /(?<host>(?<=\/\/)[^\s/:?#[\]]+|\blocalhost|\b\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\]|\b[a-z0-9-]+(?:\.[a-z0-9-]+)+):\d{1,5}\b/gi;
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
/** 16 digits: a span id, half a trace id. */
const LONG_ID = /\b(?=[0-9a-f]*\d)[0-9a-f]{16,}\b/gi;

export function stableText(text: string): string {
  const stable = stripVTControlCharacters(text.slice(0, INPUT_MAX))
    .replace(UUID, '‹uuid›')
    .replace(LONG_ID, '‹id›')
    .replace(PORT, '$<host>');
  // Cut last: where it is cut depends on how long the ids were.
  return label(stable, TEXT_MAX);
}
