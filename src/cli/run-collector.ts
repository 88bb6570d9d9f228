/**
 * Where the spans of `synton run` go: to the collector that is named (--endpoint, SYNTON_ENDPOINT, OTEL_EXPORTER_OTLP_ENDPOINT), else to
 * the Synton of this machine, else to one that is started in the background.
 *
 * A Synton is known by what it answers on /ready and /health, never by its port alone. Bound: PROBE_MS for each question.
 */
import { connect } from 'node:net';
import { type LoadedConfig, loadConfig } from '../config/config.ts';
import { type ApiInput, apiUrl } from './api-client.ts';
import { startCollector } from './run-start-collector.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Collector {
  /** As OTEL_EXPORTER_OTLP_ENDPOINT has it: without /v1/traces. */
  readonly endpoint: string;
  readonly protocol: 'grpc' | 'http/protobuf';
  /** Of its REST API; absent where it is no Synton, or nobody knows where that is. */
  readonly api?: string;
  /** Set where nobody was found, and one was started. */
  readonly started?: { readonly pid: number; readonly logPath: string };
}

export interface CollectorInput extends ApiInput {
  readonly endpoint?: string;
  /** Of a collector that is started. */
  readonly idleExit: string;
}

interface FoundSynton {
  readonly version: string;
  readonly receivers: readonly { readonly name: string; readonly endpoint?: string }[];
}

/** Long: one that is busy is not to be taken for none. Where nobody listens, that is known at once. */
const PROBE_MS = 5_000;
const AGAIN_MS = 100;
/** Whoever was quicker to start one at the same time is ready by then. */
const RIVAL_MS = 5_000;
/** Who listens and is no Synton that starts is known by then. */
const STRANGER_MS = 1_500;
/** The problem that a Synton answers while it starts. */
const UNAVAILABLE = 'urn:synton:problem:Unavailable';
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** @throws Error that says why there is none, and what to do */
export async function findCollector(input: CollectorInput, env: Environment): Promise<Collector> {
  const loaded = loadConfig(input);
  const url = input.url === undefined && loaded.config.api.port === 0 ? '' : apiUrl(input, loaded);
  const named = input.endpoint ?? namedIn(env);
  const seen = url === '' ? 'nobody' : await look(url);
  const found = typeof seen === 'object' ? seen : undefined;
  if (named !== undefined) {
    const collector = collectorNamed(named, input.endpoint === undefined ? env : {});
    const isOurs =
      found !== undefined && (input.url !== undefined || receives(found, collector.endpoint));
    return isOurs ? { ...collector, api: url } : collector;
  }
  if (found !== undefined) return collectorOf(found, url);
  // Whoever is there already will not be one that starts.
  if (seen === 'stranger') return startCollector(input, loaded);
  return startOrFind(input, loaded, url);
}

async function startOrFind(
  input: CollectorInput,
  loaded: LoadedConfig,
  url: string,
): Promise<Collector> {
  try {
    return await startCollector(input, loaded);
  } catch (error) {
    if (url === '') throw error;
    const failedMs = performance.now();
    for (;;) {
      const seen = await look(url);
      if (typeof seen === 'object') return collectorOf(seen, url);
      const waitedMs = performance.now() - failedMs;
      if (waitedMs > (seen === 'stranger' ? STRANGER_MS : RIVAL_MS)) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

function namedIn(env: Environment): string | undefined {
  const { SYNTON_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_ENDPOINT } = env;
  return (
    SYNTON_ENDPOINT?.trim() ||
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim() ||
    OTEL_EXPORTER_OTLP_ENDPOINT?.trim() ||
    undefined
  );
}

/** @throws Error where it is no endpoint */
function collectorNamed(given: string, env: Environment): Collector {
  const text = /^[a-z]+:\/\//i.test(given) ? given : `http://${given}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Error(
      `${given} is no endpoint of a collector: expected one such as http://127.0.0.1:4318`,
    );
  const asked =
    env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL']?.trim() || env['OTEL_EXPORTER_OTLP_PROTOCOL']?.trim();
  // Port 4317 is that of OTLP over gRPC; elsewhere HTTP is what the specification takes.
  const isGrpc = asked ? asked === 'grpc' : url.port === '4317' && url.pathname === '/';
  const endpoint = text.replace(/[?#].*$/, '').replace(/\/(?:v1\/traces\/?)?$/, '');
  return { endpoint, protocol: isGrpc ? 'grpc' : 'http/protobuf' };
}

/** @throws Error where it receives nothing */
function collectorOf({ receivers }: FoundSynton, api: string): Collector {
  const { hostname } = new URL(api);
  const at = (name: string): string | undefined => {
    const port = receivers.find((one) => one.name === name)?.endpoint?.match(/\d+$/)?.[0];
    return port === undefined ? undefined : `http://${hostname}:${port}`;
  };
  const http = at('otlp/http');
  if (http !== undefined) return { endpoint: http, protocol: 'http/protobuf', api };
  const grpc = at('otlp/grpc');
  if (grpc !== undefined) return { endpoint: grpc, protocol: 'grpc', api };
  throw new Error(
    `the Synton at ${api} receives nothing: no receiver of it is on; name another with --endpoint`,
  );
}

function receives({ receivers }: FoundSynton, endpoint: string): boolean {
  const { hostname, port } = new URL(endpoint);
  return (
    LOOPBACK.test(hostname) && receivers.some((one) => one.endpoint?.match(/\d+$/)?.[0] === port)
  );
}

/** Whether anybody does, whoever it is. */
export function isListening(endpoint: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80) });
    const tell = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(PROBE_MS, () => tell(false));
    socket.once('connect', () => tell(true)).once('error', () => tell(false));
  });
}

/** Who is at an address: a Synton that is ready, one that is not yet, anybody else, or nobody that answers in time. */
async function look(url: string): Promise<FoundSynton | 'starting' | 'stranger' | 'nobody'> {
  let ready: Record<string, unknown>;
  try {
    ready = await asked(`${url}/ready`);
  } catch {
    return (await isListening(url)) ? 'stranger' : 'nobody';
  }
  if (ready['type'] === UNAVAILABLE) return 'starting';
  if (ready['ready'] !== true) return 'stranger';
  try {
    const { version, receivers } = await asked(`${url}/health`);
    const isSynton = typeof version === 'string' && Array.isArray(receivers);
    return isSynton ? { version, receivers } : 'stranger';
  } catch {
    return 'stranger';
  }
}

/** @throws Error where no JSON is answered in time */
async function asked(url: string): Promise<Record<string, unknown>> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(PROBE_MS) });
  return Object((await answer.json()) as unknown);
}
