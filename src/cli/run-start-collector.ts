/**
 * A collector in the background, for whoever has none: `synton start` of this package, detached, with the same configuration, what it
 * says in a log beside its data. It ends by itself when it is idle. Bounds: READY_MS until it is ready, LOG_BYTES_MAX of a log that
 * is gone on with.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadedConfig } from '../config/config.ts';
import type { Endpoints } from './announcement.ts';
import { portHolder } from './port-holder.ts';
import type { Collector, CollectorInput } from './run-collector.ts';

const READY_MS = 5_000;
const LOOK_EVERY_MS = 25;
const LOG_BYTES_MAX = 1024 * 1024;
const BIN = fileURLToPath(new URL(`../bin${extname(import.meta.url)}`, import.meta.url));

/** @throws Error that says why it did not become ready, and what to do */
export async function startCollector(
  input: CollectorInput,
  { config }: LoadedConfig,
): Promise<Collector> {
  const { enabled, path } = config.instrument.persistence;
  const folder = enabled ? path : join(tmpdir(), `synton-${process.getuid?.() ?? 'user'}`);
  const logPath = join(folder, 'synton.log');
  const { log, from } = openLog(folder, logPath);
  const { NODE_OPTIONS: _, ...env } = process.env;
  const flags = [...input.flags].map(([name, value]) => `--${name}=${value ?? ''}`);
  const file = input.file === undefined ? [] : ['--config', input.file];
  const options = ['start', '--json', `--idle-exit=${input.idleExit}`, ...file, ...flags];
  const child = spawn(process.execPath, [BIN, ...options], {
    env,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  const endpoints = await readyEndpoints(child, () => readFileSync(logPath, 'utf8').slice(from));
  const { http, grpc, api } = endpoints;
  const receiver = http ?? grpc;
  const started = { pid: child.pid!, logPath };
  if (receiver === undefined)
    throw new Error('a collector was started and receives nothing: no receiver of it is on');
  return {
    endpoint: urlOf(receiver),
    protocol: http === undefined ? 'grpc' : 'http/protobuf',
    api: urlOf(api),
    started,
  };
}

/** @throws Error where nothing can be written there */
function openLog(folder: string, path: string): { log: number; from: number } {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    const isLong = bytes > LOG_BYTES_MAX;
    const log = openSync(path, isLong ? 'w' : 'a', 0o600);
    return { log, from: isLong || bytes === 0 ? 0 : readFileSync(path, 'utf8').length };
  } catch (error) {
    throw new Error(
      `no collector can be started: ${(error as Error).message}; set instrument.persistence.path, or name a collector with --endpoint`,
    );
  }
}

/** The line of JSON that it says once it is ready. */
async function readyEndpoints(child: ChildProcess, said: () => string): Promise<Endpoints> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  child.once('exit', over).once('error', over);
  const untilMs = performance.now() + READY_MS;
  for (;;) {
    const wasOver = isOver;
    const text = said();
    const line = text.split('\n').find((one) => one.includes(`"pid":${child.pid},"endpoints"`));
    if (line?.endsWith('}')) return (JSON.parse(line) as { endpoints: Endpoints }).endpoints;
    if (wasOver) throw new Error(`no collector could be started: ${await reasonIn(text)}`);
    if (performance.now() > untilMs) {
      child.kill('SIGTERM');
      throw new Error(
        `the collector that was started is not ready within ${READY_MS / 1_000} s: start one with \`synton start\` and see what it says, or name one with --endpoint`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function reasonIn(text: string): Promise<string> {
  const last = text
    .trim()
    .split('\n')
    .findLast((line) => line.startsWith('synton: '));
  const reason = last?.slice('synton: '.length) ?? (text.trim().slice(-500) || 'it said nothing');
  const port = /cannot listen on \S+:(\d+) /.exec(reason)?.[1];
  const holder = port === undefined ? undefined : await portHolder(Number(port));
  const who = holder === undefined ? '' : ` (${holder} has it)`;
  return `${reason}${who}; or name a collector with --endpoint`;
}

function urlOf({ host, port }: { readonly host: string; readonly port: number }): string {
  const asked = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${asked.includes(':') ? `[${asked}]` : asked}:${port}`;
}
