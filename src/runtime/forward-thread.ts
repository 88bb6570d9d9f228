/**
 * The forwarding thread: reads the log where it lies on disk and sends it on. It asks nothing of the ingest
 * thread, and cannot hold it up. A composition root: it names the store, the destination and the cursor store.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { FileCursorStore } from '../exporters/otlp/file-cursor-store.ts';
import { Forwarder } from '../exporters/otlp/forwarder.ts';
import { systemClock } from '../model/clock.ts';
import { CommitSignal } from '../store/commit-signal.ts';
import { LmdbLog } from '../store/lmdb/lmdb-log.ts';
import { SoundPartitions } from '../store/lmdb/sound-partitions.ts';
import { Counters } from '../telemetry/counters.ts';
import { destinationOf, forwardName } from './destination-of.ts';
import { ThreadCalls } from './thread-calls.ts';
import type { ForwardSettings } from './trace-runtime-contract.ts';

export interface ForwardData {
  readonly dataPath: string;
  readonly commitSignal: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  readonly forward: ForwardSettings;
}

const data = workerData as ForwardData;
const counters = new Counters(data.counters, 3);

const calls: ThreadCalls = new ThreadCalls(parentPort!, {
  start: () => forwarder.start({ clock: systemClock, counters, log }),
  status: () => forwarder.status(),
  flush: (signal) => forwarder.flush(signal),
  shutdown: async (signal) => {
    await forwarder.shutdown(signal);
    partitions.close();
  },
});

function say(level: 'info' | 'warn' | 'error', fields: object, message: string): void {
  calls.call('log', [level, plain(fields), message]).catch(() => {
    // The other side is gone, and with it whoever would read it.
  });
}

const log = {
  info: (fields: object, message: string) => say('info', fields, message),
  warn: (fields: object, message: string) => say('warn', fields, message),
  error: (fields: object, message: string) => say('error', fields, message),
};

/** Errors do not survive the way between threads as they are. */
function plain(fields: object): object {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? value.message : value,
    ]),
  );
}

const signal = new CommitSignal(data.commitSignal);
const partitions = new SoundPartitions(data.dataPath, signal, (what) =>
  log.warn({}, `damaged data cannot be forwarded: ${what}`),
);
const name = forwardName(data.forward);
const cursors = new FileCursorStore({ path: `${data.dataPath}/forward/${name}` });
const forwarder = new Forwarder(
  {
    log: new LmdbLog(partitions, signal),
    destination: await destinationOf(data.forward),
    cursors,
    deadLetters: cursors,
  },
  {
    name: data.forward.endpoint,
    persistent: true,
    startAt: data.forward.start === 'oldest' ? 'oldest' : 'end',
  },
);
parentPort!.postMessage({ up: true });
