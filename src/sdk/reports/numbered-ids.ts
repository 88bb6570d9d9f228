/**
 * Ids of spans that are known by a number: whoever knows the seeds makes the same id of the same number, in the thread that runs and in
 * the one that watches it. Within one set of seeds no two are equal.
 */
import { randomFillSync } from 'node:crypto';

/** Six words. */
export type IdSeeds = Uint32Array;

const HEX: readonly string[] = Array.from({ length: 65_536 }, (_, word) =>
  word.toString(16).padStart(4, '0'),
);

export function newIdSeeds(): IdSeeds {
  return randomFillSync(new Uint32Array(6));
}

/** @param number from 0, below 2^53 */
export function numberedSpanId(seeds: IdSeeds, number: number): string {
  return mixed(number, seeds[0]!, seeds[1]!);
}

/** Of a trace that begins with the span of that number. Its second half differs from trace to trace. */
export function numberedTraceId(seeds: IdSeeds, number: number): string {
  const [, , low = 0, high = 0, third = 0, fourth = 0] = seeds;
  return hex32(third) + hex32(fourth) + mixed(number, low, high);
}

export function hex32(word: number): string {
  return HEX[word >>> 16]! + HEX[word & 0xffff]!;
}

function mixed(number: number, seed: number, otherSeed: number): string {
  const low = scrambled((number >>> 0) ^ seed);
  const upper = Math.floor(number / 2 ** 32);
  const high = scrambled((upper + Math.imul(low, 0x9e3779b1)) ^ otherSeed);
  // An id of zeros is none.
  return hex32(low) + hex32((low | high) === 0 ? 1 : high);
}

/** Reversible: the finalizer of MurmurHash3. */
function scrambled(word: number): number {
  let at = word ^ (word >>> 16);
  at = Math.imul(at, 0x85ebca6b);
  at ^= at >>> 13;
  at = Math.imul(at, 0xc2b2ae35);
  return (at ^ (at >>> 16)) >>> 0;
}
