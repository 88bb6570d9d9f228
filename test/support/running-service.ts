/** A whole service in a process of its own, run from the sources, with what tests ask of it over the network. */
import {
  SYSTEM_PORTS,
  type SyntonProcess,
  spawnSynton,
  temporaryFolder,
} from '../unit/cli/synton-process.ts';
import { SOURCE_BIN } from './synton-from-source.ts';

export interface RunningService {
  readonly process: SyntonProcess;
  /** `http://127.0.0.1:…`, without a slash. */
  readonly api: string;
  readonly otlp: string;
  /** Of the REST API, below its prefix. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  json<T>(path: string): Promise<T>;
  /** An OTLP request; resolves when it is acknowledged. */
  send(request: Uint8Array): Promise<void>;
}

/** Ends with the test. */
export async function runningService(
  cwd: string = temporaryFolder(),
  flags: readonly string[] = [],
): Promise<RunningService> {
  const args = ['start', '--json', '--instrument.persistence.path=data', ...SYSTEM_PORTS, ...flags];
  const process = spawnSynton(args, { cwd, script: [SOURCE_BIN] });
  const { endpoints } = JSON.parse(await process.until('stdout', /\n/));
  const urlOf = ({ host, port }: { host: string; port: number }) => `http://${host}:${port}`;
  const [api, otlp] = [urlOf(endpoints.api), urlOf(endpoints.http)];
  const ask = (path: string, init?: RequestInit) => fetch(`${api}/api/v1/instr${path}`, init);
  return {
    process,
    api,
    otlp,
    ask,
    json: async (path) => {
      const answer = await ask(path);
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as never;
    },
    async send(body) {
      const headers = { 'content-type': 'application/x-protobuf' };
      const sent = { method: 'POST', headers, body: body as Uint8Array<ArrayBuffer> };
      const answer = await fetch(`${otlp}/v1/traces`, sent);
      if (!answer.ok) throw new Error(`refused: ${answer.status}`);
    },
  };
}
