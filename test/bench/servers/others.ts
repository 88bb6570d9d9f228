/** What stands beside Synton in a run. */
import { MeasuredProcess, scriptPath } from '../measure/measured-process.ts';
import type { Subject } from './subject.ts';

const LIFE_MS = 600_000;

export const referenceSubject: Subject = {
  name: 'reference',
  takes: ['grpc', 'http'],
  share: 1 / 3,
  async open() {
    const running = await MeasuredProcess.start([scriptPath('servers/reference-receiver.ts')], {
      probe: true,
      lifeMs: LIFE_MS,
    });
    const ports = running.announcement as { readonly grpc: number; readonly http: number };
    return {
      pid: running.pid,
      grpc: `127.0.0.1:${ports.grpc}`,
      http: `http://127.0.0.1:${ports.http}/v1/traces`,
      folder: undefined,
      loop: () => running.loop(),
      close: () => running.stop(),
    };
  },
};

/** The least that a receiver can cost on the library that Synton's own is built on. */
export const bareSubject: Subject = {
  name: 'bare',
  takes: ['grpc'],
  share: 1,
  async open() {
    const running = await MeasuredProcess.start([scriptPath('servers/bare-receiver.ts')], {
      probe: true,
      lifeMs: LIFE_MS,
    });
    const { grpc } = running.announcement as { readonly grpc: number };
    return {
      pid: running.pid,
      grpc: `127.0.0.1:${grpc}`,
      http: undefined,
      folder: undefined,
      loop: () => running.loop(),
      close: () => running.stop(),
    };
  },
};

/** A receiver that runs already, and goes on running. */
export function againstSubject(
  pid: number,
  grpc: string | undefined,
  http: string | undefined,
): Subject {
  return {
    name: 'against',
    takes: [...(grpc ? (['grpc'] as const) : []), ...(http ? (['http'] as const) : [])],
    share: 1,
    open: async () => ({
      pid,
      grpc,
      http: http === undefined ? undefined : tracesUrl(http),
      folder: undefined,
      loop: async () => undefined,
      close: async () => {},
    }),
  };
}

/** As OTEL_EXPORTER_OTLP_ENDPOINT is read: a URL without a path stands for all signals. */
function tracesUrl(given: string): string {
  const url = new URL(given);
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return url.href;
}
