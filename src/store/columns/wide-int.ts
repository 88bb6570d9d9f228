/** Integers of 50 to 64 bits, which columns keep as the bytes of their varint. */

/** As a query writes it: signed. */
export function wideText(varint: Uint8Array): string {
  let value = 0n;
  for (let i = varint.length - 1; i >= 0; i--) value = (value << 7n) | BigInt(varint[i]! & 127);
  return String(BigInt.asIntN(64, value));
}
