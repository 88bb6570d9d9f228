/**
 * A SpanExporter of the program's, or the stock OTLP/gRPC one, as a destination of the forwarder: cursor,
 * retry and dead letters are the same as with our own clients.
 */
import {
  SpanExporterDestination,
  type SpanExporterLike,
  stockGrpcExporter,
} from '../exporters/otlp/span-exporter-destination.ts';
import type { DeliverySettings, ForwardSettings } from '../runtime/trace-runtime-contract.ts';

export function deliveryTo(
  exporter: SpanExporterLike | 'otel',
  forward: ForwardSettings | undefined,
): DeliverySettings {
  const start = forward?.start ?? 'new';
  if (exporter !== 'otel') {
    const name = exporter.constructor?.name || 'exporter';
    return { destination: new SpanExporterDestination(exporter), name, start };
  }
  // Without an endpoint of ours the exporter reads OTEL_EXPORTER_OTLP_ENDPOINT, or takes its own default.
  const make = stockGrpcExporter(forward?.endpoint, forward?.headers);
  const name = `otel ${forward?.endpoint ?? 'from the environment'}`;
  return { destination: new SpanExporterDestination(make), name, start };
}
