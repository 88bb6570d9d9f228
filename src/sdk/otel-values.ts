/**
 * The OTEL_EXPORTER_OTLP_ variables as values of our own configuration. What they cannot say (certificates,
 * a timeout) is left to the exporter that reads them itself.
 *
 * Without a protocol, port 4317 means gRPC, its own port, and any other HTTP with protobuf, the default
 * of the specification.
 */
import type { ConfigKey } from '../config/config-keys.ts';
import { variableName } from '../config/config-keys.ts';
import type { GivenValue } from '../config/given-values.ts';
import { type OtelProtocol, readOtelEnvironment } from '../config/otel-environment.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const FORMATS: Readonly<Record<OtelProtocol, string>> = {
  grpc: 'otlp',
  'http/protobuf': 'otlp-http',
  'http/json': 'otlp-http-json',
};
const GENERAL = 'OTEL_EXPORTER_OTLP_';
const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_';

/** `hasEndpoint`: the program names one itself, so that none of the environment counts. */
export function otelValues(
  env: Environment,
  { hasEndpoint }: { hasEndpoint: boolean },
): GivenValue[] {
  const set = (suffix: string): string =>
    env[TRACES + suffix]?.trim() ? TRACES + suffix : GENERAL + suffix;
  const values: GivenValue[] = [];
  const give = (key: ConfigKey, value: unknown, suffix: string): void => {
    values.push({ key, value, origin: { source: 'variable', name: set(suffix) } });
  };
  const endpointText = env[set('ENDPOINT')]?.trim() ?? '';
  const guess: OtelProtocol = /:4317\/?$/.test(endpointText) ? 'grpc' : 'http/protobuf';
  const { exporter } = readOtelEnvironment(env, guess);
  const isOverruled = hasEndpoint || Boolean(env[variableName('instrument.export.endpoint')]);
  if (exporter.endpoint !== undefined && !isOverruled) {
    const hasScheme = /^https?:\/\//i.test(exporter.endpoint);
    const scheme = exporter.insecure ? 'http://' : 'https://';
    const endpoint = hasScheme ? exporter.endpoint : scheme + exporter.endpoint;
    give('instrument.export.endpoint', endpoint, 'ENDPOINT');
    give('instrument.export.format', FORMATS[exporter.protocol ?? guess], 'PROTOCOL');
  } else if (exporter.protocol !== undefined) {
    give('instrument.export.format', FORMATS[exporter.protocol], 'PROTOCOL');
  }
  if (Object.keys(exporter.headers).length > 0) {
    give('instrument.export.headers', exporter.headers, 'HEADERS');
  }
  if (exporter.compression !== undefined) {
    give('instrument.export.compression', exporter.compression, 'COMPRESSION');
  }
  return values;
}
