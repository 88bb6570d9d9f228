/** 146 years: times within a trace are signed 64-bit, and the sum of two of them must be. */
const NANOS_MAX = 2n ** 62n;

/** A length of time, or a place in it, no further than 146 years: every view of a span tells the same. */
export function held(nanos: bigint): bigint {
  return nanos > NANOS_MAX ? NANOS_MAX : nanos < -NANOS_MAX ? -NANOS_MAX : nanos;
}
