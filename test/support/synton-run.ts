/** `synton run` as a user would call it, from the sources, against a collector of its own or one that it starts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SYSTEM_PORTS } from '../unit/cli/synton-process.ts';
import { SOURCE_BIN } from './synton-from-source.ts';

export interface RunEnded {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Buffer;
  /** Called with the process, and what it wrote, once that matches. */
  readonly once?: readonly [RegExp, (child: ChildProcess, stdout: string) => void];
}

/** A span as the REST API tells it, with its attributes as a record. */
export interface ToldSpan {
  readonly name: string;
  readonly service: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export class RunScene {
  readonly folder: string = realpathSync(mkdtempSync(join(tmpdir(), 'synton run-')));
  api = '';
  endpoint = '';
  grpc = '';
  readonly #children: ChildProcess[] = [];

  /** A collector, in a folder of its own. */
  async open(): Promise<void> {
    const child = this.#spawn(['start', '--json', ...SYSTEM_PORTS], {}, join(this.folder, 'own'));
    const line = await new Promise<string>((resolve) => child.stdout!.once('data', resolve));
    const { endpoints } = JSON.parse(String(line));
    this.api = `http://127.0.0.1:${endpoints.api.port}`;
    this.endpoint = `http://127.0.0.1:${endpoints.http.port}`;
    this.grpc = `http://127.0.0.1:${endpoints.grpc.port}`;
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
      const path = join(this.folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { mode: 0o755 });
    }
  }

  /** Against the collector of the scene. */
  run(command: readonly string[], options: RunOptions = {}): Promise<RunEnded> {
    return this.synton(['run', `--api=${this.api}`, '--', ...command], options);
  }

  synton(args: readonly string[], options: RunOptions = {}): Promise<RunEnded> {
    const child = this.#spawn(args, options.env ?? {}, this.folder);
    const chunks: Buffer[] = [];
    let stderr = '';
    let pending = options.once;
    child.stdout!.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (pending === undefined) return;
      const text = String(Buffer.concat(chunks));
      const [pattern, act] = pending;
      if (!pattern.test(text)) return;
      pending = undefined;
      act(child, text);
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin!.end(options.stdin ?? '');
    return new Promise((resolve) => {
      child.on('close', (code, signal) => {
        resolve({ code, signal, stdout: Buffer.concat(chunks), stderr });
      });
    });
  }

  /** Of the trace that the end of a run names. */
  async spansOf({ stderr }: RunEnded): Promise<ToldSpan[]> {
    const [, api, id] = /(http:\S+)\/trace\/([0-9a-f]{32})$/m.exec(stderr) ?? [];
    if (api === undefined) throw new Error(`no link in: ${stderr}`);
    const answer = await fetch(`${api}/api/v1/instr/export/${id}?format=json`);
    const { spans } = (await answer.json()) as {
      // biome-ignore lint/suspicious/noExplicitAny: as the API writes it
      spans: any[];
    };
    return spans.map((span) => ({
      ...span,
      attributes: Object.fromEntries(
        span.attributes.map((one: { key: string; value: { value: unknown } }) => [
          one.key,
          one.value.value,
        ]),
      ),
    }));
  }

  #spawn(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    cwd: string,
  ): ChildProcess {
    mkdirSync(cwd, { recursive: true });
    const { PATH = '' } = process.env;
    const cache = { SYNTON_CACHE: join(this.folder, '.cache') };
    const child = spawn(process.execPath, [SOURCE_BIN, ...args], {
      cwd,
      env: { PATH, HOME: this.folder, ...cache, ...env },
    });
    this.#children.push(child);
    return child;
  }
}
