/**
 * What changed most about an operation against the range before, as one thing that can be said of it. What rests on few calls weighs little:
 * two slow calls after two fast ones are no news.
 */
export interface Measured {
  readonly count: number;
  /** A second. */
  readonly rate: number;
  /** From 0 to 1. */
  readonly errorShare: number;
  /** Nanoseconds. */
  readonly p95: number;
}

export type ChangeKind =
  | 'new'
  | 'gone'
  | 'failing'
  | 'healing'
  | 'slower'
  | 'faster'
  | 'busier'
  | 'quieter'
  | 'none'
  /** There is nothing to compare with. */
  | 'unknown';

export interface Change {
  readonly kind: ChangeKind;
  /** How much of a change: 0 for none, 1 for one worth looking at. */
  readonly score: number;
  /** After, over before. 1 where that says nothing. */
  readonly ratio: number;
}

/** So many calls make a number half believed. */
const HALF_BELIEVED = 10;
/** Quantiles are within 1 %, and vary by themselves. */
const P95_LOG_MIN = Math.log2(1.25);
const RATE_LOG_MIN = Math.log2(1.5);
const ERROR_SHARE_MIN = 0.005;
/** How an error share of 10 % more compares with twice the time: as much. */
const ERRORS_PER_DOUBLING = 10;
/** How a rate compares with a time: traffic comes and goes. */
const RATE_WEIGHT = 0.4;

export const UNKNOWN_CHANGE: Change = { kind: 'unknown', score: 0, ratio: 1 };
const NO_CHANGE: Change = { kind: 'none', score: 0, ratio: 1 };

export function changeOf(now: Measured, before: Measured | undefined): Change {
  if (before === undefined || before.count === 0) {
    return { kind: 'new', score: believed(now.count), ratio: 1 };
  }
  if (now.count === 0) return { kind: 'gone', score: believed(before.count), ratio: 0 };
  const belief = believed(Math.min(now.count, before.count));
  const candidates: Change[] = [NO_CHANGE];
  const share = now.errorShare - before.errorShare;
  if (Math.abs(share) >= ERROR_SHARE_MIN) {
    candidates.push({
      kind: share > 0 ? 'failing' : 'healing',
      score: Math.abs(share) * ERRORS_PER_DOUBLING * belief,
      ratio: before.errorShare > 0 ? now.errorShare / before.errorShare : 1,
    });
  }
  const slower = Math.log2(now.p95 / before.p95);
  if (Number.isFinite(slower) && Math.abs(slower) >= P95_LOG_MIN) {
    candidates.push({
      kind: slower > 0 ? 'slower' : 'faster',
      score: Math.abs(slower) * belief,
      ratio: 2 ** slower,
    });
  }
  const busier = Math.log2(now.rate / before.rate);
  if (Number.isFinite(busier) && Math.abs(busier) >= RATE_LOG_MIN) {
    candidates.push({
      kind: busier > 0 ? 'busier' : 'quieter',
      score: Math.abs(busier) * RATE_WEIGHT * believed(Math.max(now.count, before.count)),
      ratio: 2 ** busier,
    });
  }
  return candidates.reduce((most, one) => (one.score > most.score ? one : most));
}

function believed(count: number): number {
  return count / (count + HALF_BELIEVED);
}
