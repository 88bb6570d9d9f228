/** Where a few bytes occur in many: what a search reads of a message where it knows what its spans must contain. */

/** So many are no help any more. */
const HITS_MAX = 1_024;

/** Where `needle`, which is not empty, begins in `bytes`, rising; 'many' where that is more often than anyone wants to know. */
export function hitsOf(bytes: Uint8Array, needle: Uint8Array): readonly number[] | 'many' {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const hits: number[] = [];
  for (let at = all.indexOf(needle); at >= 0; at = all.indexOf(needle, at + 1)) {
    if (hits.length === HITS_MAX) return 'many';
    hits.push(at);
  }
  return hits;
}
