/**
 * `synton demo`: a small made-up shop of six services whose traffic goes to a collector, until its time is over or it is stopped. The
 * collector is the one that is named, else the Synton of this machine, else one that is started as `synton run` does.
 */
import { parseDurationMs } from '../config/quantities.ts';
import { DemoProcess } from '../demo/demo-process.ts';
import { DEMO_DURATION_MAX_MS, DEMO_RATE_MAX } from '../demo/demo-settings.ts';
import { printable } from '../telemetry/printable.ts';
import { type ApiInput, askApi } from './api-client.ts';
import { type Collector, findCollector } from './run-collector.ts';
import { humanCount } from './text-table.ts';

export interface DemoInput extends ApiInput {
  /** Of an OTLP/gRPC receiver. */
  readonly endpoint?: string;
  readonly idleExit: string;
  /** @default another at each run */
  readonly seed?: string;
  readonly rate: string;
  /** @default until stopped */
  readonly duration?: string;
  readonly big: boolean;
}

const TELL_EVERY_MS = 10_000;
const SEED_MAX = 0xffff_ffff;

/** Ends the process at a second signal. @returns the exit code */
export async function demo(input: DemoInput): Promise<0 | 1> {
  const { seed, rate, durationMs } = wanted(input);
  const collector = await findCollector(input, process.env);
  const endpoint = await grpcOf(collector, input.endpoint !== undefined);
  if (collector.started !== undefined)
    say(`a collector was started (pid ${collector.started.pid}, ${collector.started.logPath})`);
  say(`six services of a made-up shop send to ${endpoint}; seed ${seed}`);
  if (collector.api !== undefined) say(`look at ${collector.api}/`);
  const child = new DemoProcess({ endpoint, seed, rate, durationMs, isBig: input.big });
  let isStopped = false;
  const stop = (): void => {
    if (isStopped) process.exit(130);
    isStopped = true;
    void child.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  const telling = setInterval(() => tellProgress(child), TELL_EVERY_MS);
  const fault = await child.ended;
  clearInterval(telling);
  tellProgress(child);
  if (fault !== undefined) throw new Error(`the demo failed: ${fault}`);
  const { spans, failed, detail } = child.progress;
  if (spans === 0 && failed > 0) throw new Error(`${endpoint} took no span: ${detail}`);
  return failed > 0 ? 1 : 0;
}

/** @throws Error that names the option */
function wanted({ seed: givenSeed, rate: givenRate, duration }: DemoInput) {
  const seed = givenSeed === undefined ? Math.floor(Math.random() * SEED_MAX) : Number(givenSeed);
  if (!Number.isInteger(seed) || seed < 0 || seed > SEED_MAX)
    throw new Error(`--seed=${givenSeed}: expected a whole number up to ${SEED_MAX}`);
  const rate = Number(givenRate);
  if (!(rate > 0 && rate <= DEMO_RATE_MAX))
    throw new Error(`--rate=${givenRate}: expected traces a second, at most ${DEMO_RATE_MAX}`);
  const durationMs = duration === undefined ? DEMO_DURATION_MAX_MS : parseDurationMs(duration);
  if (durationMs === undefined || durationMs > DEMO_DURATION_MAX_MS)
    throw new Error(`--for=${duration}: expected a duration such as 5m`);
  return { seed, rate, durationMs };
}

/** The demo speaks gRPC; a Synton that was found says where it listens for that. @throws Error */
async function grpcOf({ endpoint, protocol, api }: Collector, isNamed: boolean): Promise<string> {
  // What is named for the demo is meant so, but for the port that is HTTP's everywhere.
  if (protocol === 'grpc' || (isNamed && new URL(endpoint).port !== '4318')) return endpoint;
  if (api !== undefined) {
    const { receivers } = await askApi<{
      receivers: readonly { name: string; endpoint?: string }[];
    }>(api, '/health');
    const port = receivers.find(({ name }) => name === 'otlp/grpc')?.endpoint?.match(/\d+$/)?.[0];
    if (port !== undefined) return `http://${new URL(endpoint).hostname}:${port}`;
    throw new Error(`the Synton at ${api} does not receive over gRPC, which the demo speaks`);
  }
  throw new Error(
    `${endpoint} is taken for OTLP over HTTP, and the demo speaks gRPC: name a receiver of that, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc and name it there`,
  );
}

function tellProgress(child: DemoProcess): void {
  const { traces, spans, failed, detail } = child.progress;
  const lost = failed === 0 ? '' : `; ${humanCount(failed)} were not taken: ${detail}`;
  say(`${humanCount(traces)} traces, ${humanCount(spans)} spans sent${lost}`);
}

function say(text: string): void {
  process.stderr.write(`synton: ${printable(text)}\n`);
}
