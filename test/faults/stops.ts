/** The process is told to end, or is stopped for a while, with requests under way. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Ended, FaultScene } from '../support/fault-scene.ts';
import { type LedgerReport, SpanLedger } from '../support/span-ledger.ts';
import { type Outcome, TraceLoad } from '../support/trace-load.ts';
import { readBack } from './read-back.ts';

export interface StopReport {
  readonly ended: Ended;
  /** From the last signal to the end. */
  readonly tookMs: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly stored: LedgerReport;
}

export interface StopOptions {
  /** A request whose end never comes is open on each port. */
  readonly hangs?: boolean;
  /** A second SIGTERM follows the first so soon. */
  readonly againAfterMs?: number;
}

export async function sigtermUnderLoad(
  scene: FaultScene,
  { hangs = false, againAfterMs }: StopOptions = {},
): Promise<StopReport> {
  const dataPath = join(scene.folder(), 'data');
  const running = await scene.start({ dataPath });
  const ledger = new SpanLedger();
  const load = new TraceLoad(running, ledger).start();
  await load.answered(10);
  const hung = hangs ? await hungRequest(running.httpPort) : undefined;
  let signalledMs = performance.now();
  running.process.child.kill('SIGTERM');
  if (againAfterMs !== undefined) {
    await wait(againAfterMs);
    signalledMs = performance.now();
    running.process.child.kill('SIGTERM');
  }
  const ended = await running.process.ended;
  const tookMs = performance.now() - signalledMs;
  const outcomes = await load.stop();
  hung?.destroy();
  return { ended, tookMs, outcomes, stored: ledger.compare(await readBack(scene, dataPath)) };
}

async function hungRequest(port: number) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const head = 'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n';
  socket.write(`${head}Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n`);
  // By then the service has it.
  await once(socket, 'data');
  socket.write('{');
  return socket;
}

/** The process stands still for a while, as a debugger or a paused container leaves it; clients try again. */
export async function standstill(
  scene: FaultScene,
  ms: number,
): Promise<Omit<StopReport, 'ended'>> {
  const dataPath = join(scene.folder(), 'data');
  const running = await scene.start({ dataPath });
  const ledger = new SpanLedger();
  const load = new TraceLoad(running, ledger, { resends: true }).start();
  await load.answered(10);
  running.process.child.kill('SIGSTOP');
  await wait(ms);
  const continuedMs = performance.now();
  running.process.child.kill('SIGCONT');
  await load.answered(load.outcomes.ok + 10);
  const tookMs = performance.now() - continuedMs;
  const outcomes = await load.stop();
  await running.kill('SIGTERM');
  return { tookMs, outcomes, stored: ledger.compare(await readBack(scene, dataPath)) };
}
