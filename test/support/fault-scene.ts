/**
 * The built command as a process of its own, where a test can kill, stop and starve it; and everything that
 * has to go once the test is over. Needs no test runner: the long loops of test/faults use it as well.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GrpcUpstream, HttpUpstream } from './otlp-upstream.ts';

export const BIN: string = join(import.meta.dirname, '../../dist/bin.js');

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export interface Announcement {
  readonly version: string;
  readonly pid: number;
  readonly endpoints: {
    readonly grpc?: Endpoint;
    readonly http?: Endpoint;
    readonly api: Endpoint;
  };
  readonly dataPath: string | null;
}

export interface StartOptions {
  /** Folder of the stored spans; a new one where absent. */
  readonly dataPath?: string;
  readonly flags?: readonly string[];
  /** A command that is given the service's own as its last arguments. */
  readonly under?: readonly string[];
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One life of the service. */
export class ServiceProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      child.emit('written');
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      child.emit('written');
    });
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal }));
    });
    // Whoever cares waits for it; an unheard failure to spawn must not end the test run.
    this.ended.catch(() => {});
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves once standard error has matched; rejects when the process ends first. */
  async said(pattern: RegExp): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (pattern.test(this.#stderr)) resolve();
    };
    this.child.on('written', look);
    look();
    await Promise.race([promise, this.#failure(`before it said ${pattern}`)]);
    this.child.off('written', look);
  }

  /** The announcement, once the service is ready. */
  async ready(): Promise<Announcement> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (this.#stdout.includes('\n')) resolve();
    };
    this.child.on('written', look);
    look();
    await Promise.race([promise, this.#failure('before it was ready')]);
    this.child.off('written', look);
    return JSON.parse(this.#stdout) as Announcement;
  }

  async #failure(when: string): Promise<never> {
    const { code, signal } = await this.ended;
    throw new Error(`the service ended (${code ?? signal}) ${when}: ${this.#stderr.slice(-2000)}`);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** A service that is ready. */
export class RunningProcess {
  readonly process: ServiceProcess;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly apiUrl: string;
  readonly dataPath: string;

  constructor(process: ServiceProcess, { endpoints, dataPath }: Announcement) {
    this.process = process;
    this.grpcPort = endpoints.grpc?.port ?? 0;
    this.httpPort = endpoints.http?.port ?? 0;
    this.apiUrl = `http://127.0.0.1:${endpoints.api.port}`;
    this.dataPath = dataPath ?? '';
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    return this.process.kill(signal);
  }

  async get(path: string): Promise<Response> {
    return fetch(`${this.apiUrl}${path}`);
  }

  async json<Body = Record<string, unknown>>(path: string): Promise<Body> {
    return (await (await this.get(path)).json()) as Body;
  }

  /** One value of /metrics; 0 where it is not there yet. `name` with its labels. */
  async metric(name: string): Promise<number> {
    const text = await (await this.get('/metrics')).text();
    const line = text.split('\n').find((one) => one.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1) ?? 0);
  }
}

const SYSTEM_PORTS = [
  '--receivers.otlp.grpc.endpoint=127.0.0.1:0',
  '--receivers.otlp.http.endpoint=127.0.0.1:0',
  '--api.endpoint=127.0.0.1:0',
];

export class FaultScene {
  readonly #folders: string[] = [];
  readonly #processes: ServiceProcess[] = [];
  readonly #upstreams: { stop(): void }[] = [];

  folder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'synton-fault-'));
    this.#folders.push(folder);
    return folder;
  }

  /** Does not wait until it is ready. */
  spawn({ dataPath, flags = [], under = [] }: StartOptions = {}): ServiceProcess {
    const cwd = this.folder();
    const [command = '', ...args] = [
      ...under,
      process.execPath,
      BIN,
      'start',
      '--json',
      ...SYSTEM_PORTS,
      `--instrument.persistence.path=${dataPath ?? join(cwd, 'data')}`,
      ...flags,
    ];
    const { PATH = '' } = process.env;
    const child = spawn(command, args, { cwd, env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
    const service = new ServiceProcess(child);
    this.#processes.push(service);
    return service;
  }

  async start(options: StartOptions = {}): Promise<RunningProcess> {
    const service = this.spawn(options);
    return new RunningProcess(service, await service.ready());
  }

  async grpcUpstream(): Promise<GrpcUpstream> {
    const upstream = await new GrpcUpstream().start();
    this.#upstreams.push(upstream);
    return upstream;
  }

  async httpUpstream(): Promise<HttpUpstream> {
    const upstream = await new HttpUpstream().start();
    this.#upstreams.push(upstream);
    return upstream;
  }

  async endProcesses(): Promise<void> {
    for (const service of this.#processes) {
      service.child.kill('SIGCONT');
      service.child.kill('SIGKILL');
      await service.ended.catch(() => {});
    }
  }

  /** Ends what still runs and removes what lies on disk. */
  async close(): Promise<void> {
    await this.endProcesses();
    for (const upstream of this.#upstreams) upstream.stop();
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }
}

export function forwardingTo(
  { endpoint }: { readonly endpoint: string },
  more: Readonly<Record<string, string>> = {},
): string[] {
  const keys = { endpoint, ...more };
  return Object.entries(keys).map(([key, value]) => `--instrument.export.${key}=${value}`);
}
