import { createHash } from 'node:crypto';
import type { Destination } from '../exporters/otlp/destination.ts';
import { packageVersion } from '../telemetry/package-version.ts';
import type { ForwardSettings } from './trace-runtime-contract.ts';

/** The destination that a configuration names; its client is loaded here and not before. */
export async function destinationOf(forward: ForwardSettings): Promise<Destination> {
  const { endpoint, headers, compression, format } = forward;
  const common = { endpoint, headers, compression, version: packageVersion() };
  if (format === 'otlp') {
    const { GrpcDestination } = await import('../exporters/otlp/grpc-destination.ts');
    return new GrpcDestination(common);
  }
  const { HttpDestination } = await import('../exporters/otlp/http-destination.ts');
  return new HttpDestination({
    ...common,
    format: format === 'otlp-http-json' ? 'json' : 'protobuf',
  });
}

/** A folder name for the destination's cursor: the same endpoint and protocol go on where they were. */
export function forwardName({ endpoint, format }: ForwardSettings): string {
  return createHash('sha256').update(`${format} ${endpoint}`).digest('hex').slice(0, 16);
}
