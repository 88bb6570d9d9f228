/** 32 bits of a trace id for the sorted arrays of block heads. A reader checks the whole id after a hit. */
export function traceHash(words: Uint32Array, at: number): number {
  let hash = words[at]! ^ Math.imul(words[at + 1]!, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ words[at + 2]!, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ words[at + 3]!, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Whether a sorted array holds the value. */
export function holdsHash(sorted: Uint32Array, hash: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < hash) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === hash;
}
