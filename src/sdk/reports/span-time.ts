/** Times of a thread's own clock as spans have them. */
import type { HrTime } from '../../otlp/write-sdk-span.ts';

/** Seconds and nanoseconds since the epoch. @param originMs `performance.timeOrigin` of the thread @param ms as its `performance.now()` counts */
export function hrTimeSince(originMs: number, ms: number): HrTime {
  const originS = Math.floor(originMs / 1_000);
  const sinceMs = originMs - originS * 1_000 + ms;
  const seconds = Math.floor(sinceMs / 1_000);
  return [originS + seconds, Math.floor((sinceMs - seconds * 1_000) * 1e6)];
}
