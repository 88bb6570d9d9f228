/**
 * The demo as a child process, so that its load is not that of who shows it. It ends with this one, whatever becomes of this one.
 * Bounds: HEAP_MEBIBYTES of its memory, STOP_MS until it has ended, its own time (demo-settings.ts).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DemoProgress, DemoSettings } from './demo-settings.ts';

const HEAP_MEBIBYTES = 256;
const STOP_MS = 3_000;
const STDERR_MAX = 2_000;
const CHILD = fileURLToPath(new URL(`./demo-child${extname(import.meta.url)}`, import.meta.url));

export class DemoProcess {
  readonly #child: ChildProcess;
  #progress: DemoProgress = { traces: 0, spans: 0, failed: 0 };
  #said = '';
  #isStopped = false;
  /** Undefined where it ended as it should, else why. Never rejects. */
  readonly ended: Promise<string | undefined>;

  constructor(settings: DemoSettings) {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const args = [`--max-old-space-size=${HEAP_MEBIBYTES}`, CHILD, JSON.stringify(settings)];
    this.#child = spawn(process.execPath, args, {
      // Settings of OpenTelemetry are this program's, not the demo's.
      env: Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('OTEL_'))),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const { stdin, stdout, stderr } = this.#child;
    stdin!.on('error', () => {});
    createInterface({ input: stdout! }).on('line', (line) => {
      this.#progress = JSON.parse(line) as DemoProgress;
    });
    stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-STDERR_MAX);
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('close', (code, signal) => resolve(this.#whyEnded(code, signal)));
    });
  }

  get progress(): DemoProgress {
    return this.#progress;
  }

  /** Also sends the big trace. */
  sendBig(): void {
    this.#child.stdin!.write('big\n');
  }

  /** Resolves when it has ended. Twice is legal. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#child.kill('SIGTERM');
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.ended;
    clearTimeout(kill);
  }

  #whyEnded(code: number | null, signal: NodeJS.Signals | null): string | undefined {
    // Before it has loaded, a signal ends it as signals do.
    if (code === 0 || this.#isStopped) return undefined;
    const said = this.#said
      .trim()
      .split('\n')
      .find((line) => /error/i.test(line));
    return `${code === null ? `ended by ${signal}` : `exit code ${code}`}${said === undefined ? '' : `: ${said}`}`;
  }
}
