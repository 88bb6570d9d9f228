/**
 * What `synton start` says once it is ready: where it listens, where it keeps data, what to set in an SDK.
 *
 * Pure text from the configuration and the addresses that were really bound. The text is for people and
 * may change; the JSON line is for programs, and its fields only grow.
 */
import type { Config } from '../config/config.ts';
import type { Address } from '../config/config-keys.ts';
import { isAnyAddress } from '../config/conflicts.ts';
import { formatBytes, formatDurationMs } from '../config/quantities.ts';
import { printable } from '../telemetry/printable.ts';

/** The addresses bound; a receiver that is off is absent. */
export interface Endpoints {
  readonly grpc?: Address;
  readonly http?: Address;
  readonly api: Address;
}

export interface Announced {
  readonly config: Config;
  readonly endpoints: Endpoints;
  /** Undefined: nothing is kept on disk. */
  readonly dataPath: string | undefined;
  readonly file: string | undefined;
  readonly version: string;
  readonly pid: number;
}

/** One line: `{"version":…,"pid":…,"endpoints":{…},"dataPath":…}`. */
export function announcementAsJson(announced: Announced): string {
  const { version, pid, endpoints, dataPath = null } = announced;
  return `${JSON.stringify({ version, pid, endpoints, dataPath })}\n`;
}

export function announcementAsText(announced: Announced): string {
  const { endpoints, version, pid, file } = announced;
  const off = announced.config.instrument.enabled ? 'off' : 'off (instrument.enabled = false)';
  const rows: [string, string][] = [
    ['OTLP/gRPC', endpoints.grpc === undefined ? off : authority(endpoints.grpc)],
    ['OTLP/HTTP', endpoints.http === undefined ? off : `${url(endpoints.http)}/v1/traces`],
    ['API', url(endpoints.api)],
    ['data', dataRow(announced)],
    ['forwarding', forwardingRow(announced.config)],
    ['configuration', file ?? 'defaults'],
  ];
  const lines = [
    `Synton ${version} is ready (pid ${pid})`,
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(14)} ${printable(value)}`),
    '',
    ...sdkLines(endpoints),
  ];
  return `${lines.join('\n')}\n`;
}

function dataRow({ config, dataPath }: Announced): string {
  if (dataPath === undefined) return 'in memory only';
  const { maxAgeMs, maxBytes } = config.retention;
  return `${dataPath} (kept ${formatDurationMs(maxAgeMs)}, at most ${formatBytes(maxBytes)})`;
}

function forwardingRow({ instrument }: Config): string {
  const { export: destination } = instrument;
  return destination === undefined
    ? 'nowhere (instrument.export.endpoint is unset)'
    : `${destination.url} (${destination.format})`;
}

function sdkLines(endpoints: Endpoints): string[] {
  const protocols = [
    [endpoints.grpc, 'grpc'],
    [endpoints.http, 'http/protobuf'],
  ] as const;
  const settings = protocols.flatMap(([address, protocol]) =>
    address === undefined
      ? []
      : [
          [
            `  export OTEL_EXPORTER_OTLP_ENDPOINT=${url(address)}`,
            `  export OTEL_EXPORTER_OTLP_PROTOCOL=${protocol}`,
          ],
        ],
  );
  const [first, second] = settings;
  if (first === undefined)
    return ['No receiver is on: what is stored is served, nothing is added.'];
  const lines = ['To send traces here, set in the environment of your program:', '', ...first, ''];
  return second === undefined ? lines : [...lines, 'or, over HTTP:', '', ...second, ''];
}

function url(address: Address): string {
  return `http://${authority(address)}`;
}

/** What a client on this machine can use: an any-address is not one. */
function authority({ host, port }: Address): string {
  const reachable = isAnyAddress(host) ? 'localhost' : host;
  return reachable.includes(':') ? `[${reachable}]:${port}` : `${reachable}:${port}`;
}
