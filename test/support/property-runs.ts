/** How often a property is tried; SYNTON_PROPERTY_RUNS multiplies it for a long search. */
export function runs(count: number): number {
  return count * Math.max(1, Number(process.env['SYNTON_PROPERTY_RUNS'] ?? 1));
}
