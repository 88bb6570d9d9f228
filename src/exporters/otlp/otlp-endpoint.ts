/** An export endpoint as a user writes it. Configuration only; nothing in a request can change it. */
import { SyntonError } from '../../model/errors.ts';

/** The message names what was given and what was expected. */
export class InvalidEndpoint extends SyntonError {
  readonly code = 'InvalidEndpoint';

  constructor(given: string) {
    super(`${JSON.stringify(given)} is no export endpoint: expected http://host:port or https://…`);
  }
}

const TRACES_PATH = '/v1/traces';

/** For OTLP/HTTP: an endpoint without a path gets /v1/traces, one with a path is used as it is. @throws InvalidEndpoint */
export function httpTracesUrl(endpoint: string): URL {
  const url = parse(endpoint);
  if (url.pathname === '/' || url.pathname === '') url.pathname = TRACES_PATH;
  return url;
}

/**
 * For OTLP/gRPC: `host:port` (4317 where none is given, 443 with https), and whether TLS is asked for.
 * `host:port` alone will do; a path is not used. @throws InvalidEndpoint
 */
export function grpcTarget(endpoint: string): { readonly target: string; readonly tls: boolean } {
  const url = parse(/^[^/\s]+:\d+$/.test(endpoint) ? `http://${endpoint}` : endpoint);
  const tls = url.protocol === 'https:';
  const port = url.port === '' ? (tls ? '443' : '4317') : url.port;
  return { target: `${url.hostname}:${port}`, tls };
}

function parse(endpoint: string): URL {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw new InvalidEndpoint(endpoint);
  return url;
}
