/** Steps that people read easily; each a whole number of minutes, as the statistics are kept. */
const MINUTE_NANO = 60_000_000_000n;
const DAY_NANO = 1_440n * MINUTE_NANO;
const STEPS_MINUTES = [1, 2, 5, 10, 15, 30, 60, 180, 360, 720, 1440, 10_080] as const;
export const POINTS_DEFAULT_MAX = 120;

/** The smallest step with which the range has at most so many points, or one more where it does not begin with a step. */
export function stepFor(
  fromUnixNano: bigint,
  toUnixNano: bigint,
  pointsMax: number = POINTS_DEFAULT_MAX,
): bigint {
  const span = toUnixNano - fromUnixNano;
  for (const minutes of STEPS_MINUTES) {
    const step = BigInt(minutes) * MINUTE_NANO;
    if (span <= step * BigInt(pointsMax)) return step;
  }
  const days = BigInt(pointsMax) * DAY_NANO;
  return ((span + days - 1n) / days) * DAY_NANO;
}
