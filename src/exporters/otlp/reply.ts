/** What destinations have in common about talking to a peer. */

/** Of a reply; more is not read. An ExportTraceServiceResponse has a few hundred. */
export const REPLY_BYTES_MAX: number = 64 * 1024;

/** As the OTLP exporter specification asks: our own product before the exporter's. */
export function userAgent(version: string): string {
  return `Synton/${version} OTel-OTLP-Exporter-JavaScript/${version}`;
}

/** What went wrong with a connection, in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses of one name were tried.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  const { code } = error as NodeJS.ErrnoException;
  return error.message || code || error.name;
}
