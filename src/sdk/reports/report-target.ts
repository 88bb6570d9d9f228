/** Where reports of open spans go, as it crosses to the thread that sends them. */
import { grpcTarget, httpTracesUrl } from '../../exporters/otlp/otlp-endpoint.ts';
import type {
  ForwardSettings,
  TraceRuntimeSettings,
} from '../../runtime/trace-runtime-contract.ts';
import type { HomePlace } from '../span-home.ts';

export type ReportTarget =
  /** `logs` is absent where the endpoint's own path does not tell it. */
  | {
      readonly kind: 'http';
      readonly traces: string;
      readonly logs: string | undefined;
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'grpc';
      readonly origin: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  /** The socket of the Synton that owns the data directory. */
  | { readonly kind: 'socket'; readonly path: string }
  /** The data directory is this process's own. */
  | { readonly kind: 'folder'; readonly path: string };

/** The data directory, and whoever spans are forwarded to. */
export function reportTargets(
  { forward, deliver }: Pick<TraceRuntimeSettings, 'forward' | 'deliver'>,
  place: HomePlace,
): readonly ReportTarget[] {
  // Its owner sends them on.
  if (place.kind === 'socket') return [place];
  const onward = forward === undefined || deliver !== undefined ? [] : [targetOf(forward)];
  return place.kind === 'folder' ? [place, ...onward] : onward;
}

const TRACES_PATH = '/v1/traces';

function targetOf({ endpoint, format, headers }: ForwardSettings): ReportTarget {
  if (format === 'otlp') {
    const { target, tls } = grpcTarget(endpoint);
    return { kind: 'grpc', origin: `${tls ? 'https' : 'http'}://${target}`, headers };
  }
  const url = httpTracesUrl(endpoint);
  const traces = url.href;
  const isUsual = url.pathname.endsWith(TRACES_PATH);
  if (isUsual) url.pathname = `${url.pathname.slice(0, -TRACES_PATH.length)}/v1/logs`;
  return { kind: 'http', traces, logs: isUsual ? url.href : undefined, headers };
}
