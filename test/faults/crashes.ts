/**
 * The process is killed without warning, under load and while it recovers, again and again on one directory.
 * Whatever was answered with OK must be there afterwards, byte for byte, and must have reached the
 * destination, which was there all along.
 */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type FaultScene, forwardingTo } from '../support/fault-scene.ts';
import { type LedgerReport, SpanLedger } from '../support/span-ledger.ts';
import { TraceLoad } from '../support/trace-load.ts';
import { caughtUp, readBack } from './read-back.ts';

export interface CrashOptions {
  /** Lives that end with SIGKILL under load. */
  readonly kills: number;
  /** Lives that end with SIGKILL while they start and recover. */
  readonly killsInRecovery: number;
  readonly format?: 'otlp' | 'json';
}

export interface CrashReport {
  /** Of what the directory holds. */
  readonly stored: LedgerReport;
  /** Of what the destination got. */
  readonly forwarded: LedgerReport;
}

export async function crashes(
  scene: FaultScene,
  { kills, killsInRecovery, format = 'otlp' }: CrashOptions,
): Promise<CrashReport> {
  const dataPath = join(scene.folder(), 'data');
  const upstream = await scene.grpcUpstream();
  const flags = [
    ...forwardingTo(upstream, { start: 'oldest' }),
    `--instrument.persistence.format=${format}`,
  ];
  const ledger = new SpanLedger();
  for (let life = 0; life < kills; life++) {
    const running = await scene.start({ dataPath, flags });
    const load = new TraceLoad(running, ledger).start();
    await load.answered(6);
    await wait(Math.random() * 300);
    await running.kill();
    await load.stop();
  }
  for (let life = 0; life < killsInRecovery; life++) {
    const service = scene.spawn({ dataPath, flags });
    await wait(100 + Math.random() * 600);
    await service.kill();
  }
  const running = await scene.start({ dataPath, flags });
  await caughtUp(running);
  await running.kill('SIGTERM');
  return {
    stored: ledger.compare(await readBack(scene, dataPath)),
    forwarded: ledger.compare(upstream.accepted.map(({ body }) => body)),
  };
}
