/** What a client takes, by the weights of its accept headers (RFC 9110, 12.4.2). Nothing throws: what cannot be read weighs nothing. */

/** Of content codings that are at hand, the first of the heaviest; undefined where the body is better sent as it is. */
export function bestEncoding<Encoding extends string>(
  header: string | undefined,
  offered: readonly Encoding[],
): Encoding | undefined {
  const weights = weightsIn(header);
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const heaviest = Math.max(0, ...offered.map(weightOf));
  // Identity that is asked for by name is liked as much as it says, and else less than any coding.
  if (heaviest === 0 || heaviest < (weights.get('identity') ?? 0)) return undefined;
  return offered.find((name) => weightOf(name) === heaviest);
}

/** Whether the media type itself is asked for: by its name, not by a wildcard, as browsers do and programs do not. */
export function asksForType(header: string | undefined, type: string): boolean {
  return (weightsIn(header).get(type) ?? 0) > 0;
}

/** Name, lower-case, to weight from 0 to 1. */
function weightsIn(header = ''): ReadonlyMap<string, number> {
  return new Map(
    header
      .toLowerCase()
      .split(',')
      .map((entry) => {
        const [name = '', ...rest] = entry.split(';').map((part) => part.trim());
        const given = rest.find((part) => part.startsWith('q='));
        const weight = given === undefined ? 1 : Number(given.slice(2));
        return [name, weight >= 0 && weight <= 1 ? weight : 0] as const;
      }),
  );
}
