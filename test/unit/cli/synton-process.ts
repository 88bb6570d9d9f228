/** Runs the built command as a user would, in a folder of its own and with no inherited settings. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export const BIN: string = join(import.meta.dirname, '../../../dist/bin.js');

/** Listeners on ports that the system chooses. */
export const SYSTEM_PORTS: readonly string[] = [
  '--receivers.otlp.grpc.endpoint=127.0.0.1:0',
  '--receivers.otlp.http.endpoint=127.0.0.1:0',
  '--api.endpoint=127.0.0.1:0',
];

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SyntonProcess {
  readonly child: ChildProcess;
  readonly cwd: string;
  readonly finished: Promise<Finished>;
  /** Resolves with everything written so far once it matches; rejects when the process ends first. */
  until(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string>;
}

export interface Invocation {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** @default the built command */
  readonly script?: readonly string[];
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'synton-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function spawnSynton(args: readonly string[], invocation: Invocation = {}): SyntonProcess {
  const cwd = invocation.cwd ?? temporaryFolder();
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [...(invocation.script ?? [BIN]), ...args], {
    cwd,
    env: { PATH, ...invocation.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const written = { stdout: '', stderr: '' };
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...written }));
  });
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      child.emit('written');
    });
  }
  const until = (stream: 'stdout' | 'stderr', pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (pattern.test(written[stream])) resolve(written[stream]);
      };
      child.on('written', look);
      child.on('close', () =>
        reject(new Error(`ended before ${pattern}: ${written.stdout}${written.stderr}`)),
      );
      look();
    });
  return { child, cwd, finished, until };
}

export function runSynton(args: readonly string[], invocation?: Invocation): Promise<Finished> {
  return spawnSynton(args, invocation).finished;
}
