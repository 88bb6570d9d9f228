/**
 * Sends what its one argument, a LoadOrder in JSON, says: a process of its own, so that the server's figures
 * are the server's alone. Prints a LoadReport in JSON. SIGTERM ends the sending early, with the report.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { atShare } from '../measure/statistics.ts';
import { BenchRequests } from './bench-requests.ts';
import { GrpcSender } from './grpc-sender.ts';
import { HttpSender } from './http-sender.ts';
import type { LoadOrder, LoadReport } from './load-order.ts';
import type { Sender } from './sender.ts';

const ASK_AGAIN_MS = 50;

const order = JSON.parse(process.argv[2]!) as LoadOrder;
const source = new BenchRequests(order.spansPerRequest, order.seed, order.form);
const sender: Sender =
  order.protocol === 'grpc'
    ? await GrpcSender.connect(order.target, order.connections, order.gzip)
    : new HttpSender(order.target, order.inFlight, order.form, order.gzip);
const ackMs: number[] = [];
const lateMs: number[] = [];
let next = 0;
let bytes = 0;
let refusals = 0;
const stopping = new AbortController();
setMaxListeners(0, stopping.signal);
process.on('SIGTERM', () => stopping.abort());

const started = performance.now();
/** Between two requests of an open loop; undefined sends as answers allow. */
const stepMs = order.spansPerSecond && (order.spansPerRequest / order.spansPerSecond) * 1_000;

function nowUnixNano(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
}

/** False where the sending ended meanwhile. */
function waited(ms: number): Promise<boolean> {
  return wait(ms, true, { signal: stopping.signal }).catch(() => false);
}

/** One request after the other; with a rate, each waits for the moment it is due. */
async function lane(): Promise<void> {
  while (next < order.requests && !stopping.signal.aborted) {
    const n = next++;
    let since = performance.now();
    if (stepMs !== undefined) {
      const due = started + n * stepMs;
      // Rounded up: what is sent before it is due would look faster than it was.
      if (due > since && !(await waited(Math.ceil(due - since)))) return;
      lateMs.push(performance.now() - due);
      since = due;
    }
    await deliver(order.firstRequest + n, since);
  }
}

async function deliver(n: number, since: number): Promise<void> {
  const body = source.request(n, nowUnixNano());
  bytes += body.length;
  // A sender copies what it sends, and another lane may have filled the buffer anew: so it is filled again.
  for (let answer = await sender.send(body); answer === 'busy'; ) {
    refusals++;
    await wait(ASK_AGAIN_MS);
    answer = await sender.send(source.request(n, nowUnixNano()));
  }
  ackMs.push(performance.now() - since);
}

try {
  await Promise.all(Array.from({ length: order.inFlight }, lane));
} catch (error) {
  process.stderr.write(`the generator gave up: ${error}\n`);
  process.exit(1);
}
const seconds = (performance.now() - started) / 1_000;
sender.close();
const spans = ackMs.length * order.spansPerRequest;
const report: LoadReport = {
  spans,
  seconds,
  bytesPerSpan: bytes / spans,
  refusals,
  ackP50Ms: atShare(ackMs, 0.5),
  ackP99Ms: atShare(ackMs, 0.99),
  ackMaxMs: atShare(ackMs, 1),
  lateP99Ms: atShare(lateMs, 0.99),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
