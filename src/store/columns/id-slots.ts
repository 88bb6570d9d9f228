/**
 * Where ids stand in hash tables. Whoever sends spans chooses their ids: with a number that is drawn anew in
 * each process, nobody can choose ids that all want one place.
 */
import { randomInt } from 'node:crypto';

const DRAWN = randomInt(0x7fffffff);

/** Of two words; 32 bits, of which the low ones serve. */
export function slotOfId(first: number, second: number): number {
  let hash = Math.imul(first ^ DRAWN, 0xcc9e2d51);
  hash = Math.imul(hash ^ (hash >>> 15) ^ second, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ DRAWN, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
