/** The destination is away for a while, or the service is killed while it sends: everything arrives in the end. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type FaultScene, forwardingTo } from '../support/fault-scene.ts';
import { type LedgerReport, SpanLedger } from '../support/span-ledger.ts';
import { TraceLoad, uniqueRequest } from '../support/trace-load.ts';
import { caughtUp } from './read-back.ts';

/** Spans go on arriving while nobody is there to forward them to. */
export async function outage(scene: FaultScene, seconds: number): Promise<LedgerReport> {
  const upstream = await scene.grpcUpstream();
  const running = await scene.start({ flags: forwardingTo(upstream, { start: 'oldest' }) });
  upstream.stop();
  const ledger = new SpanLedger();
  const load = new TraceLoad(running, ledger);
  const untilMs = performance.now() + seconds * 1000;
  while (performance.now() < untilMs) {
    for (const transport of ['grpc', 'http', 'json'] as const)
      if ((await load.send(transport, uniqueRequest(8))) !== 'ok') throw new Error('refused');
    await wait(20);
  }
  await load.stop();
  await upstream.start();
  await caughtUp(running);
  return ledger.compare(upstream.accepted.map(({ body }) => body));
}

/** Every life ends while requests to the destination are under way. */
export async function killsWhileSending(scene: FaultScene, kills: number): Promise<LedgerReport> {
  const upstream = await scene.grpcUpstream();
  const dataPath = join(scene.folder(), 'data');
  const flags = forwardingTo(upstream, { start: 'oldest' });
  const ledger = new SpanLedger();
  // Every other request is left without an answer.
  upstream.behave = (_request, count) => (count % 2 ? { kind: 'hang' } : { kind: 'accept' });
  for (let life = 0; life < kills; life++) {
    const running = await scene.start({ dataPath, flags });
    const load = new TraceLoad(running, ledger).start();
    const seen = upstream.seen.length;
    await load.answered(5);
    await upstream.until(() => upstream.seen.length > seen);
    await running.kill();
    await load.stop();
  }
  upstream.behave = () => ({ kind: 'accept' });
  const running = await scene.start({ dataPath, flags });
  await caughtUp(running);
  await running.kill('SIGTERM');
  return ledger.compare(upstream.accepted.map(({ body }) => body));
}
