/** Random ids as OpenTelemetry's SDK makes them: lowercase hexadecimal, never all zeros. */

const HEX: readonly string[] = Array.from({ length: 65_536 }, (_, word) =>
  word.toString(16).padStart(4, '0'),
);

export function newTraceId(): string {
  return newSpanId() + newSpanId();
}

export function newSpanId(): string {
  const high = (Math.random() * 2 ** 32) >>> 0;
  // Not 0: an id of zeros is none.
  const low = ((Math.random() * (2 ** 32 - 1)) >>> 0) + 1;
  return HEX[high >>> 16]! + HEX[high & 0xffff]! + HEX[low >>> 16]! + HEX[low & 0xffff]!;
}
