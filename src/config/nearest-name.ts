/**
 * The known name that a mistyped one most likely meant.
 *
 * Distance counts single insertions, deletions, substitutions and swaps of neighbours. A name further
 * away than a third of the last word given (`sample_rate` of `instrument.sample_rate`) is no suggestion:
 * the tables before it are mostly right, and would make strangers look alike. Names longer than 100
 * characters are not compared.
 */
const LENGTH_MAX = 100;

export function nearestName(given: string, known: Iterable<string>): string | undefined {
  if (given.length > LENGTH_MAX) return undefined;
  let nearest: string | undefined;
  const word = given.slice(Math.max(given.lastIndexOf('.'), given.lastIndexOf('__')) + 1);
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of known) {
    if (Math.abs(name.length - given.length) >= least) continue;
    const distance = editDistance(given, name);
    if (distance < least) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
