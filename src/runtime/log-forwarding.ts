/**
 * A forwarder over the embedded store on this thread, for a destination that cannot leave it. Reads the log
 * as the forwarding thread does, and keeps cursor and dead letters in the same place.
 */
import { createHash } from 'node:crypto';
import { FileCursorStore } from '../exporters/otlp/file-cursor-store.ts';
import { Forwarder } from '../exporters/otlp/forwarder.ts';
import type { Component, Host } from '../pipeline/component.ts';
import type { CommitSignal } from '../store/commit-signal.ts';
import { LmdbLog } from '../store/lmdb/lmdb-log.ts';
import { SoundPartitions } from '../store/lmdb/sound-partitions.ts';
import type { DeliverySettings } from './trace-runtime-contract.ts';

export interface LogForwarding {
  readonly forwarder: Forwarder;
  /** Stops the forwarder and lets go of the files. */
  readonly shutdown: Component['shutdown'];
}

export async function startLogForwarding(
  dataPath: string,
  commitSignal: CommitSignal,
  { destination, name, start }: DeliverySettings,
  host: Host,
): Promise<LogForwarding> {
  const partitions = new SoundPartitions(dataPath, commitSignal, (what) =>
    host.log.warn({}, `damaged data cannot be forwarded: ${what}`),
  );
  const folder = createHash('sha256').update(`exporter ${name}`).digest('hex').slice(0, 16);
  const cursors = new FileCursorStore({ path: `${dataPath}/forward/${folder}` });
  const forwarder = new Forwarder(
    { log: new LmdbLog(partitions, commitSignal), destination, cursors, deadLetters: cursors },
    { name, persistent: true, startAt: start === 'oldest' ? 'oldest' : 'end' },
  );
  await forwarder.start(host);
  return {
    forwarder,
    async shutdown(deadline) {
      await forwarder.shutdown(deadline);
      partitions.close();
    },
  };
}
