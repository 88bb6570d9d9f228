/** What the OTLP receivers have in common: where they listen, and the bounds on what strangers may hold. */
export interface ReceiverSettings {
  readonly host: string;
  /** 0: chosen by the system; see `port` of the receiver. */
  readonly port: number;
  /** Names that clients may call it by, beside loopback's and the bound address. @default none */
  readonly allowedHosts?: readonly string[];
  /** Of one request, before and after decompression. @default 64 MiB */
  readonly maxRequestBytes?: number;
  /** Connections beyond it are closed at once. @default 1024 */
  readonly maxConnections?: number;
  /** A request must have arrived whole within this time. @default 30 s */
  readonly requestTimeoutMs?: number;
  /** How long a request waits for room before it is refused. @default 1500 */
  readonly waitForRoomMs?: number;
  /** What a refused client is told to wait. @default 1000 */
  readonly retryAfterMs?: number;
}

export function completeSettings<Settings extends ReceiverSettings>(
  settings: Settings,
): Settings & Required<ReceiverSettings> {
  return {
    allowedHosts: [],
    maxRequestBytes: 64 * 1024 * 1024,
    maxConnections: 1024,
    requestTimeoutMs: 30_000,
    waitForRoomMs: 1500,
    retryAfterMs: 1000,
    ...settings,
  };
}
