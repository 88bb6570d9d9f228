/**
 * Every process that the bench starts, and every folder it makes: none outlives the bench, and no process
 * its bound, however a run ends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const children = new Set<ChildProcess>();
const folders = new Set<string>();

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

interface SpawnOptions {
  readonly ipc?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string | undefined;
}

/** Runs Node on `args`; killed after `lifeMs`. Its stderr is ours; with `ipc`, messages can be exchanged; `env` is added to ours. */
export function spawnNode(
  args: readonly string[],
  lifeMs: number,
  options: SpawnOptions = {},
): ChildProcess {
  const stdio = ['ignore', 'pipe', 'inherit', ...(options.ipc ? (['ipc'] as const) : [])] as const;
  const child = spawn(process.execPath, args, {
    stdio: [...stdio],
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
  });
  const overdue = setTimeout(() => child.kill('SIGKILL'), lifeMs);
  children.add(child);
  child.once('exit', () => {
    clearTimeout(overdue);
    children.delete(child);
  });
  return child;
}

export interface Run {
  readonly child: ChildProcess;
  /** All that it printed, once it has ended well. */
  readonly said: Promise<string>;
}

/** Runs Node on `args` to its end, which is a fault if it is not exit code 0. */
export function runNode(
  args: readonly string[],
  lifeMs: number,
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Run {
  const child = spawnNode(args, lifeMs, { env, cwd });
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const said = once(child, 'close').then(([code, signal]) => {
    if (code !== 0) throw new Error(`${basename(args[0]!)} ended with ${code ?? signal}`);
    return text;
  });
  // Whoever waits hears of it; nobody may be waiting yet.
  said.catch(() => {});
  return { child, said };
}

/** A folder of our own, away with `removeFolder` or with the bench. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'synton-bench-'));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}
