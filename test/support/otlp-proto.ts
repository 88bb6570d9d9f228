/**
 * The OTLP messages as protobufjs knows them from `proto/`: the oracle of the codecs' tests.
 * Read with the full build, which parses .proto files.
 */
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

const PROTO_FOLDER = fileURLToPath(new URL('../../proto/', import.meta.url));

const FILES = [
  'opentelemetry/proto/collector/trace/v1/trace_service.proto',
  'opentelemetry/proto/collector/logs/v1/logs_service.proto',
  'opentelemetry/proto/collector/metrics/v1/metrics_service.proto',
  'google/rpc/status.proto',
  'google/rpc/error_details.proto',
] as const;

function load(): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => PROTO_FOLDER + target;
  root.loadSync([...FILES], { keepCase: false });
  root.resolveAll();
  tolerateInvalidUtf8(root);
  return root;
}

/** Synton keeps invalid UTF-8, so the oracle must not refuse it; what it shows for it is not compared. */
function tolerateInvalidUtf8(namespace: protobuf.NamespaceBase): void {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Type) {
      for (const field of nested.fieldsArray) {
        (field as unknown as { _features: object })._features = { utf8_validation: 'NONE' };
      }
    }
    if (nested instanceof protobuf.Namespace) tolerateInvalidUtf8(nested);
  }
}

export const otlpRoot: protobuf.Root = load();

export const oracle = {
  tracesData: otlpRoot.lookupType('opentelemetry.proto.trace.v1.TracesData'),
  resourceSpans: otlpRoot.lookupType('opentelemetry.proto.trace.v1.ResourceSpans'),
  scopeSpans: otlpRoot.lookupType('opentelemetry.proto.trace.v1.ScopeSpans'),
  span: otlpRoot.lookupType('opentelemetry.proto.trace.v1.Span'),
  traceResponse: otlpRoot.lookupType(
    'opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse',
  ),
  logsRequest: otlpRoot.lookupType(
    'opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest',
  ),
  logsResponse: otlpRoot.lookupType(
    'opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse',
  ),
  metricsRequest: otlpRoot.lookupType(
    'opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest',
  ),
  metricsResponse: otlpRoot.lookupType(
    'opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse',
  ),
  status: otlpRoot.lookupType('google.rpc.Status'),
  retryInfo: otlpRoot.lookupType('google.rpc.RetryInfo'),
} as const;
