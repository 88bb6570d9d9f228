/**
 * The OTEL_* variables that configure the in-process processor, and only that: the service's forwarding
 * comes from its own configuration.
 *
 * Follows the OpenTelemetry specification's "Environment Variable Specification" and "OTLP Exporter
 * Configuration": an empty variable is unset, only a case-insensitive "true" is true, a number or a name
 * that cannot be read is ignored with a warning, and a signal's own variable wins over the general one.
 * Reads nothing but the record it is given; warnings are returned, for the caller to log once.
 */
import { printable } from '../telemetry/printable.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type OtelProtocol = 'grpc' | 'http/protobuf' | 'http/json';

/** Unset variables are absent: what applies then is the caller's decision. */
export interface OtelExporterEnvironment {
  /** Complete for HTTP: the general variable's URL already has `/v1/traces` appended. */
  readonly endpoint?: string;
  readonly protocol?: OtelProtocol;
  /** Names in lower case; general and traces headers merged. */
  readonly headers: Readonly<Record<string, string>>;
  readonly compression?: 'gzip' | 'none';
  readonly timeoutMs: number;
  readonly insecure: boolean;
  /** Paths of PEM files. */
  readonly certificate?: string;
  readonly clientKey?: string;
  readonly clientCertificate?: string;
}

export interface OtelBatchEnvironment {
  readonly scheduleDelayMs: number;
  readonly exportTimeoutMs: number;
  readonly maxQueueSize: number;
  /** At most maxQueueSize. */
  readonly maxExportBatchSize: number;
}

export interface OtelSamplerEnvironment {
  readonly parentBased: boolean;
  /** 1 for always_on, 0 for always_off. */
  readonly ratio: number;
}

export interface OtelEnvironment {
  readonly disabled: boolean;
  /** OTEL_SERVICE_NAME, else service.name of OTEL_RESOURCE_ATTRIBUTES. */
  readonly serviceName: string | undefined;
  /** service.name included where there is one. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly exporter: OtelExporterEnvironment;
  readonly batch: OtelBatchEnvironment;
  readonly sampler: OtelSamplerEnvironment | undefined;
  readonly warnings: readonly string[];
}

/** @param defaultProtocol which protocol an endpoint is completed for while none is set */
export function readOtelEnvironment(
  env: Environment = process.env,
  defaultProtocol: OtelProtocol = 'grpc',
): OtelEnvironment {
  const reader = new VariableReader(env);
  const resourceAttributes = resourceOf(reader);
  return {
    disabled: reader.isTrue('OTEL_SDK_DISABLED'),
    serviceName: resourceAttributes['service.name'],
    resourceAttributes,
    exporter: exporterOf(reader, defaultProtocol),
    batch: batchOf(reader),
    sampler: samplerOf(reader),
    warnings: reader.warnings,
  };
}

class VariableReader {
  readonly warnings: string[] = [];
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  text(name: string): string | undefined {
    return this.#env[name]?.trim() || undefined;
  }

  isTrue(name: string): boolean {
    const text = this.text(name)?.toLowerCase();
    if (text !== undefined && text !== 'true' && text !== 'false') {
      this.ignore(name, 'true or false');
    }
    return text === 'true';
  }

  /** Whole and at least `min`. */
  count(name: string, fallback: number, min: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
    if (value >= min) return value;
    this.ignore(name, `a whole number of at least ${min}`);
    return fallback;
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return undefined;
    const found = choices.find((choice) => choice === text);
    if (found === undefined) this.ignore(name, `one of ${choices.join(', ')}`);
    return found;
  }

  /** W3C Baggage without its properties: `name=value,name=value`, percent-encoded. */
  pairs(name: string): Record<string, string> {
    const pairs: [string, string][] = [];
    for (const pair of this.text(name)?.split(',') ?? []) {
      if (pair.trim() === '') continue;
      const equals = pair.indexOf('=');
      try {
        if (equals < 1) throw new URIError('no name or no equals sign');
        const [key, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
        pairs.push([decodeURIComponent(key.trim()), decodeURIComponent(value.trim())]);
      } catch {
        // The specification: one malformed pair invalidates the variable as a whole.
        this.warnings.push(`${name} is not a list of name=value pairs: ignored`);
        return {};
      }
    }
    return Object.fromEntries(pairs);
  }

  ignore(name: string, expected: string): void {
    const given = printable(this.text(name) ?? '', 100);
    this.warnings.push(`${name}="${given}" is ignored: expected ${expected}`);
  }
}

function resourceOf(reader: VariableReader): Record<string, string> {
  const attributes = reader.pairs('OTEL_RESOURCE_ATTRIBUTES');
  const serviceName = reader.text('OTEL_SERVICE_NAME');
  return serviceName === undefined ? attributes : { ...attributes, 'service.name': serviceName };
}

const GENERAL = 'OTEL_EXPORTER_OTLP_';
const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_';
const PROTOCOLS: readonly OtelProtocol[] = ['grpc', 'http/protobuf', 'http/json'];

function exporterOf(
  reader: VariableReader,
  defaultProtocol: OtelProtocol,
): OtelExporterEnvironment {
  /** The name that counts for this setting. */
  const named = (suffix: string) =>
    reader.text(TRACES + suffix) === undefined ? GENERAL + suffix : TRACES + suffix;
  const protocol = reader.choice(named('PROTOCOL'), PROTOCOLS);
  const compression = reader.choice(named('COMPRESSION'), ['gzip', 'none']);
  const headers = Object.entries({
    ...lowerCased(reader.pairs(`${GENERAL}HEADERS`)),
    ...lowerCased(reader.pairs(`${TRACES}HEADERS`)),
  });
  return withoutUndefined({
    endpoint: endpointOf(reader, named('ENDPOINT'), protocol ?? defaultProtocol),
    protocol,
    headers: Object.fromEntries(headers),
    compression,
    timeoutMs: reader.count(named('TIMEOUT'), 10_000, 1),
    insecure: reader.isTrue(named('INSECURE')),
    certificate: reader.text(named('CERTIFICATE')),
    clientKey: reader.text(named('CLIENT_KEY')),
    clientCertificate: reader.text(named('CLIENT_CERTIFICATE')),
  }) as OtelExporterEnvironment;
}

/** gRPC takes `host:port` without a scheme as well; HTTP does not. */
function endpointOf(
  reader: VariableReader,
  name: string,
  protocol: OtelProtocol,
): string | undefined {
  const text = reader.text(name);
  if (text === undefined) return undefined;
  if (protocol === 'grpc' && /^[^/\s]+:\d+$/.test(text)) return text;
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    reader.ignore(name, 'an http:// or https:// URL');
    return undefined;
  }
  if (protocol === 'grpc' || name.startsWith(TRACES)) return text;
  const url = new URL(text);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url.href;
}

function batchOf(reader: VariableReader): OtelBatchEnvironment {
  const maxQueueSize = reader.count('OTEL_BSP_MAX_QUEUE_SIZE', 2048, 1);
  return {
    scheduleDelayMs: reader.count('OTEL_BSP_SCHEDULE_DELAY', 5000, 0),
    exportTimeoutMs: reader.count('OTEL_BSP_EXPORT_TIMEOUT', 30_000, 1),
    maxQueueSize,
    maxExportBatchSize: Math.min(
      maxQueueSize,
      reader.count('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512, 1),
    ),
  };
}

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

function samplerOf(reader: VariableReader): OtelSamplerEnvironment | undefined {
  const name = reader.choice('OTEL_TRACES_SAMPLER', SAMPLERS);
  if (name === undefined) return undefined;
  const parentBased = name.startsWith('parentbased_');
  if (name.endsWith('always_on')) return { parentBased, ratio: 1 };
  if (name.endsWith('always_off')) return { parentBased, ratio: 0 };
  const text = reader.text('OTEL_TRACES_SAMPLER_ARG');
  const ratio = text === undefined ? 1 : Number(text);
  if (ratio >= 0 && ratio <= 1) return { parentBased, ratio };
  reader.ignore('OTEL_TRACES_SAMPLER_ARG', 'a number from 0 to 1');
  return { parentBased, ratio: 1 };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function withoutUndefined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
