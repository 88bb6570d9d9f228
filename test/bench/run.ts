/**
 * `npm run bench`: what receiving costs, Synton durable beside a plain grpc-js + protobufjs receiver that keeps
 * nothing, in alternating rounds of one run.
 *
 *   npm run bench [-- --rounds N] [--spans N] [--json FILE]
 *
 * Each figure is the median of its rounds with its range. CPU is user + system of all threads of the server
 * process, from /proc, so Linux only. See README.md beside this file.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MeasuredProcess } from './measured-process.ts';

interface Round {
  readonly spansPerCpuSecond: number;
  readonly userShare: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  readonly peakRssMiB: number;
  readonly diskBytesPerSpan: number | undefined;
}

interface Load {
  readonly spansPerRequest: number;
  readonly connections: number;
  readonly inFlight: number;
}

const LOADS: readonly Load[] = [
  { spansPerRequest: 512, connections: 4, inFlight: 32 },
  { spansPerRequest: 10, connections: 4, inFlight: 64 },
];
const WARM_UP_SHARE = 0.2;
/** A round takes seconds; one that takes this long has gone wrong. */
const GENERATE_WITHIN_MS = 120_000;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    spans: { type: 'string', default: '300000' },
    json: { type: 'string' },
  },
});
const rounds = Number(values.rounds);
const spansTotal = Number(values.spans);

function path(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

async function main(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('the bench reads /proc: it runs on Linux only');
  const results: Record<string, Round[]> = {};
  for (const load of LOADS) {
    for (let round = 0; round < rounds; round++) {
      for (const server of ['synton', 'reference'] as const) {
        const key = `${server}, ${load.spansPerRequest} a request`;
        results[key] ??= [];
        results[key].push(await measured(server, load, round));
        process.stderr.write(`${key}: round ${round + 1} of ${rounds}\n`);
      }
    }
  }
  report(results);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
}

/** A round that goes wrong is said, and tried once more. */
async function measured(server: 'synton' | 'reference', load: Load, round: number): Promise<Round> {
  try {
    return await measure(server, load, round);
  } catch (error) {
    process.stderr.write(`${server}, ${load.spansPerRequest} a request: ${error}; once more\n`);
    return measure(server, load, round);
  }
}

async function measure(server: 'synton' | 'reference', load: Load, round: number): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'synton-bench-'));
  const running = await MeasuredProcess.start(
    server === 'reference'
      ? [path('./reference-receiver.ts')]
      : [
          path('../../dist/bin.js'),
          'start',
          '--json',
          '--receivers.otlp.grpc.endpoint=127.0.0.1:0',
          '--receivers.otlp.http.endpoint=127.0.0.1:0',
          '--api.endpoint=127.0.0.1:0',
          `--instrument.persistence.path=${folder}`,
          '--log.level=warn',
        ],
  );
  try {
    const port = portOf(running.announcement);
    const requests = Math.ceil(spansTotal / load.spansPerRequest);
    await generate(port, load, Math.ceil(requests * WARM_UP_SHARE), round * 2 + 1);
    const diskBefore = folderBytes(folder);
    const before = running.cpu();
    const sent = await generate(port, load, requests, round * 2 + 2);
    const after = running.cpu();
    const user = after.user - before.user;
    const seconds = user + after.system - before.system;
    const disk = folderBytes(folder) - diskBefore;
    return {
      spansPerCpuSecond: sent.spans / seconds,
      userShare: user / seconds,
      ackP50Ms: sent.ackP50Ms,
      ackP99Ms: sent.ackP99Ms,
      peakRssMiB: running.peakRssMiB(),
      diskBytesPerSpan: server === 'synton' ? disk / sent.spans : undefined,
    };
  } finally {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function portOf(announcement: Record<string, unknown>): number {
  const { port, endpoints } = announcement as {
    port?: number;
    endpoints?: { grpc: { port: number } };
  };
  return port ?? endpoints!.grpc.port;
}

interface Sent {
  readonly spans: number;
  readonly bytesPerSpan: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
}

function generate(port: number, load: Load, requests: number, seed: number): Promise<Sent> {
  const args = [port, load.spansPerRequest, requests, load.connections, load.inFlight, seed];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path('./load-generator.ts'), ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: GENERATE_WITHIN_MS,
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.on('close', (code) =>
      code === 0
        ? resolve(JSON.parse(said) as Sent)
        : reject(new Error(`the generator ended with ${code}`)),
    );
  });
}

function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function report(results: Record<string, Round[]>): void {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const out = process.stdout;
  out.write(
    row([
      'server',
      'spans per CPU-second',
      'user',
      'ack p50 ms',
      'ack p99 ms',
      'peak RSS MiB',
      'disk B a span',
    ]),
  );
  out.write(row(Array<string>(7).fill('---')));
  for (const [name, list] of Object.entries(results))
    out.write(
      row([
        name,
        spread(
          list,
          (r) => r.spansPerCpuSecond / 1_000,
          (v) => `${v.toFixed(0)}k`,
        ),
        spread(
          list,
          (r) => r.userShare * 100,
          (v) => `${v.toFixed(0)} %`,
        ),
        spread(
          list,
          (r) => r.ackP50Ms,
          (v) => v.toFixed(1),
        ),
        spread(
          list,
          (r) => r.ackP99Ms,
          (v) => v.toFixed(1),
        ),
        spread(
          list,
          (r) => r.peakRssMiB,
          (v) => v.toFixed(0),
        ),
        list[0]!.diskBytesPerSpan === undefined
          ? 'keeps nothing'
          : spread(
              list,
              (r) => r.diskBytesPerSpan!,
              (v) => v.toFixed(1),
            ),
      ]),
    );
  for (const { spansPerRequest } of LOADS) {
    const of = (server: string) =>
      median(results[`${server}, ${spansPerRequest} a request`]!.map((r) => r.spansPerCpuSecond));
    const ratio = of('synton') / of('reference');
    out.write(
      `\nat ${spansPerRequest} spans a request Synton, durable, does ${ratio.toFixed(2)} times the spans a CPU-second of the reference\n`,
    );
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** Median, and the range in brackets. */
function spread(
  list: readonly Round[],
  of: (round: Round) => number,
  text: (value: number) => string,
): string {
  const numbers = list.map(of);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  return `${text(median(numbers))} [${text(low)}–${text(high)}]`;
}

await main();
