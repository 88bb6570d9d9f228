/** What traces of a region have in common that the others do not: an operation they begin with, or a service that takes part in them. */
import type { TraceSummary } from '../../../data/wire.ts';

export interface SetsApart {
  readonly of: 'operation' | 'service';
  readonly name: string;
  /** Of those inside. */
  readonly inside: number;
  /** Of all. */
  readonly among: number;
}

/** One or two of a kind are chance. */
const INSIDE_LEAST = 3;
const SHARE_LEAST = 0.5;
const [OPERATION, SERVICE] = ['o', 's'] as const;
/** What is everywhere sets nothing apart. */
const DIFFERENCE_LEAST = 0.25;

/** The one whose share inside is the furthest above that outside; undefined where none is much. `inside` are some of `all`. */
export function setsApart(
  inside: readonly TraceSummary[],
  all: readonly TraceSummary[],
): SetsApart | undefined {
  const [counts, totals] = [countsOf(inside), countsOf(all)];
  const outside = all.length - inside.length;
  let found: SetsApart | undefined;
  let most = DIFFERENCE_LEAST;
  for (const [key, count] of counts) {
    const among = totals.get(key) ?? count;
    const share = count / inside.length;
    if (count < INSIDE_LEAST || share < SHARE_LEAST || outside === 0) continue;
    const difference = share - (among - count) / outside;
    // Of two that say as much the first does: an operation says more than its services.
    if (difference <= most) continue;
    most = difference;
    const of = key.startsWith(OPERATION) ? 'operation' : 'service';
    found = { of, name: key.slice(1), inside: count, among };
  }
  return found;
}

/** Operations first. */
function countsOf(traces: readonly TraceSummary[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (key: string): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const { root } of traces) count(`${OPERATION}${root.name}`);
  for (const { services } of traces) for (const service of services) count(`${SERVICE}${service}`);
  return counts;
}
