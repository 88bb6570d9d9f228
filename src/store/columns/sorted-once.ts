/** The values sorted, each once; `values` is sorted on the way. */
export function sortedOnce(values: Uint32Array): Uint32Array {
  const sorted = values.sort();
  let unique = 0;
  for (let i = 0; i < sorted.length; i++)
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[unique++] = sorted[i]!;
  return sorted.slice(0, unique);
}
