/**
 * What a command is given beside its own environment, so that it and all its children send their spans to one trace: Node through
 * NODE_OPTIONS, other languages through the variables of OpenTelemetry. What the user set stays; an endpoint from the command line
 * replaces those of the environment.
 */
import { extname } from 'node:path';
import type { Collector } from './run-collector.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface RunFacts {
  readonly collector: Collector;
  /** Named by --endpoint. */
  readonly isNamed: boolean;
  readonly traceParent: string;
  readonly serviceName: string;
  /** Named by --capture. */
  readonly capture: string | undefined;
}

/** Percent-encoded, so that no space or quote of the path is left to be read as NODE_OPTIONS reads them. */
const REGISTER_URL = new URL(`../register/index${extname(import.meta.url)}`, import.meta.url).href;

export function runEnvironment(env: Environment, facts: RunFacts): NodeJS.ProcessEnv {
  const { collector, isNamed, traceParent, serviceName, capture } = facts;
  const { endpoint, protocol } = collector;
  const isSet = (name: string): boolean => Boolean(env[name]?.trim());
  const endpoints = {
    SYNTON_ENDPOINT: syntonEndpoint(collector),
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
  };
  const ofTraces = {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: undefined,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: undefined,
  };
  const unlessSet = {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_SERVICE_NAME: serviceName,
    ...(isNamed ? {} : endpoints),
  };
  const added = Object.entries(unlessSet).filter(([name]) => !isSet(name));
  return {
    ...env,
    ...Object.fromEntries(added),
    ...(isNamed && { ...endpoints, ...ofTraces }),
    ...(capture !== undefined && { SYNTON_CAPTURE: capture }),
    NODE_OPTIONS: nodeOptions(env['NODE_OPTIONS']),
    TRACEPARENT: traceParent,
  };
}

/** Its path says that it is HTTP; gRPC has none. */
export function syntonEndpoint({ endpoint, protocol }: Collector): string {
  return protocol === 'grpc' ? endpoint : `${endpoint}/v1/traces`;
}

/** Last: what another loader makes of a module is to be there first. */
function nodeOptions(given: string | undefined): string {
  if (given?.includes(REGISTER_URL)) return given;
  return [given?.trim(), `--import ${REGISTER_URL}`].filter(Boolean).join(' ');
}
