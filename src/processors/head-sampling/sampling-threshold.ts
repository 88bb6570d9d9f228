/**
 * A sample rate as the rejection threshold T of consistent probability sampling: a span is kept iff its
 * 56-bit randomness R ≥ T, so T = (1 − rate) · 2^56 (OpenTelemetry, "TraceState: Probability Sampling").
 */
export const RANDOMNESS_BITS = 56;

/** 2^56: keeps nothing. It has no `th` of its own. */
export const NEVER: bigint = 1n << BigInt(RANDOMNESS_BITS);

/**
 * T of a rate from 0 to 1, exact as far as the double is: scaling it by 2^56 loses nothing. A rate
 * above 0 keeps at least one of the 2^56 values.
 */
export function thresholdOfRate(rate: number): bigint {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`a sample rate lies in 0 … 1, not ${rate}`);
  if (rate === 0) return NEVER;
  return NEVER - BigInt(Math.max(1, Math.round(rate * 2 ** RANDOMNESS_BITS)));
}
