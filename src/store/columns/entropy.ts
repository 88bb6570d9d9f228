/** Bits that the bytes of a histogram would take in an ideal code of their own. */
export function entropy(histogram: Int32Array, total: number): number {
  let bits = 0;
  for (let i = 0; i < histogram.length; i++) {
    const count = histogram[i]!;
    if (count > 0) bits += count * Math.log2(total / count);
  }
  return bits;
}
