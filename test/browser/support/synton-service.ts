/** The built service as a user starts it, in a folder of its own, and the demo that feeds it. SYNTON_TEST_DIST: where it was built to. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../house/source-tree.ts';
import { SYSTEM_PORTS } from '../../unit/cli/synton-process.ts';

export interface ServiceAddresses {
  /** Of the page and the API. */
  readonly url: string;
  /** Of the receivers, as OTEL_EXPORTER_OTLP_ENDPOINT has them. */
  readonly http: string;
  readonly grpc: string;
}

export interface SyntonService extends ServiceAddresses {
  /** As a crash would. */
  kill(): Promise<void>;
  /** Ends it and removes what it stored. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  /** Of its data, which then outlives it. @default one of its own */
  readonly folder?: string;
  /** Of an earlier one, to be started at the same addresses. @default chosen by the system */
  readonly at?: ServiceAddresses;
}

export const DIST: string = process.env['SYNTON_TEST_DIST'] ?? join(ROOT, 'dist');
const BIN = join(DIST, 'bin.js');
/** Where a run of tests is killed, what it started ends by itself. */
const IDLE_EXIT = '--idle-exit=10m';
/** With it the demo makes the same system, whatever day it is. */
export const DEMO_SEED = 7;

export async function startService({ folder, at }: ServiceOptions = {}): Promise<SyntonService> {
  const cwd = folder ?? mkdtempSync(join(tmpdir(), 'synton-browser-'));
  const child = spawnBuilt(
    ['start', '--json', IDLE_EXIT, ...(at === undefined ? SYSTEM_PORTS : portsOf(at))],
    cwd,
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const { endpoints } = JSON.parse(await firstLine(child));
  const address = (name: string): string => `http://127.0.0.1:${endpoints[name].port}`;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return {
    url: address('api'),
    http: address('http'),
    grpc: address('grpc'),
    kill: () => end('SIGKILL'),
    close: async () => {
      await end('SIGTERM');
      if (folder === undefined) rmSync(cwd, { recursive: true, force: true });
    },
  };
}

/** Resolves once the demo's history, and what else was asked for, has been received. */
export async function feedDemo(
  { grpc, url }: ServiceAddresses,
  more: readonly string[] = [],
): Promise<void> {
  const options = ['--endpoint', grpc, '--api', url, '--seed', String(DEMO_SEED), '--for', '0s'];
  const child = spawnBuilt(['demo', ...options, ...more], tmpdir());
  let said = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the demo ended with ${code}: ${said}`);
}

function portsOf({ url, http, grpc }: ServiceAddresses): string[] {
  const host = (address: string): string => new URL(address).host;
  return [
    `--receivers.otlp.grpc.endpoint=${host(grpc)}`,
    `--receivers.otlp.http.endpoint=${host(http)}`,
    `--api.endpoint=${host(url)}`,
  ];
}

function spawnBuilt(args: readonly string[], cwd: string): ChildProcess {
  const { PATH = '' } = process.env;
  const stdio = ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'];
  return spawn(process.execPath, [BIN, ...args], { cwd, env: { PATH, HOME: cwd }, stdio });
}

function firstLine(child: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const line = said.split('\n').find((one) => one.startsWith('{') && one.endsWith('}'));
        if (line !== undefined) resolve(line);
      });
    child.once('close', () => reject(new Error(`the service ended: ${said}`)));
  });
}
