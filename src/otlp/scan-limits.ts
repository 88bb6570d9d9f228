/** What one span may be. A span beyond it is left out whole and counted; nothing is truncated. */
export interface ScanLimits {
  /** @default 3 MiB, so that every span fits a request to a peer with gRPC's default limit */
  readonly spanBytesMax: number;
  /** Attributes, events and links of one span, theirs included. @default 16,384 */
  readonly spanPartsMax: number;
  /** Of the resource frame and of the scope frame, each. @default 512 KiB */
  readonly frameBytesMax: number;
}

export const SCAN_LIMITS: ScanLimits = {
  spanBytesMax: 3 * 1024 * 1024,
  spanPartsMax: 16_384,
  frameBytesMax: 512 * 1024,
};

/** For what was accepted once: it is read again, whatever the limits were. */
export const NO_SCAN_LIMITS: ScanLimits = {
  spanBytesMax: Number.POSITIVE_INFINITY,
  spanPartsMax: Number.POSITIVE_INFINITY,
  frameBytesMax: Number.POSITIVE_INFINITY,
};
