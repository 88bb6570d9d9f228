/**
 * The writer thread: a shell around PartitionWriter. One message a group commit; whatever goes wrong in one is
 * answered, never thrown, and the partition is left so that the next commit starts afresh.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../model/clock.ts';
import { Counters } from '../../telemetry/counters.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { CommitSignal } from '../commit-signal.ts';
import { PartitionWriter } from './partition-writer.ts';
import { promotedLately } from './promoted-lately.ts';
import { recoverPartitions } from './recovery/recover-partitions.ts';
import { Slab, type SlabParts } from './slab.ts';
import type { FromWriter, ToWriter, WriterData } from './writer-messages.ts';

const EXPIRE_EVERY_MS = 60_000;
const STATISTICS_LAG_MS = 250;

const port = parentPort!;
const data = workerData as WriterData;
const counters = new Counters(data.counters, data.counterThread);
const commitSignal = new CommitSignal(data.commitSignal);
const closing = new AbortController();

function say(message: FromWriter, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

const log: Logger = {
  info: (fields, message) => say({ type: 'log', level: 'info', fields, message }),
  warn: (fields, message) => say({ type: 'log', level: 'warn', fields, message }),
  error: (fields, message) => say({ type: 'log', level: 'error', fields, message }),
};

function open(): PartitionWriter | undefined {
  try {
    return new PartitionWriter(data.settings, { clock: systemClock, counters, log });
  } catch (error) {
    say({ type: 'failedToOpen', message: messageOf(error) });
    return undefined;
  }
}

function commit(writer: PartitionWriter, parts: SlabParts): void {
  const slab = new Slab(parts);
  try {
    const outcome = writer.commit({
      ...parts,
      bytes: parts.bytes.subarray(0, parts.bytesUsed),
    });
    slab.clear();
    const parcel = slab.parcel();
    if (outcome.status === 'refused')
      say({ type: 'refused', parts: parcel.parts, ...pick(outcome) }, parcel.transfer);
    else {
      say({ type: 'committed', parts: parcel.parts, spans: outcome.spans }, parcel.transfer);
      commitSignal.raise();
    }
  } catch (error) {
    slab.clear();
    const parcel = slab.parcel();
    say({ type: 'failed', parts: parcel.parts, message: messageOf(error) }, parcel.transfer);
    // After a fault nothing is known of the open partition but what it has committed.
    writer.closePartition().catch((fault: unknown) => {
      log.error({ error: messageOf(fault) }, 'closing the partition after a fault failed');
    });
  }
}

function pick(outcome: { reason: string; retryAfterMs: number }): {
  reason: string;
  retryAfterMs: number;
} {
  return { reason: outcome.reason, retryAfterMs: outcome.retryAfterMs };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A periodic task that must not end the thread. */
function guarded(task: () => void): () => void {
  return () => {
    try {
      task();
    } catch (error) {
      log.error({ error: messageOf(error) }, 'the writer could not finish a periodic task');
    }
  };
}

function run(writer: PartitionWriter): void {
  const writeStatistics = guarded(() => {
    if (!writer.statisticsPending) return;
    writer.flushStatistics();
    commitSignal.raise();
  });
  const statistics = setInterval(writeStatistics, STATISTICS_LAG_MS);
  const expiry = setInterval(
    guarded(() => writer.expire()),
    EXPIRE_EVERY_MS,
  );
  statistics.unref();
  expiry.unref();
  port.on('message', async (message: ToWriter) => {
    if (message.type === 'commit') return commit(writer, message.parts);
    if (message.type === 'writeStatistics') {
      writeStatistics();
      return say({ type: 'statisticsWritten' });
    }
    clearInterval(statistics);
    clearInterval(expiry);
    closing.abort();
    try {
      await writer.close();
    } catch (error) {
      log.error({ error: messageOf(error) }, 'closing the store failed');
    }
    say({ type: 'closed' });
    port.close();
  });
  say({ type: 'ready' });
  guarded(() => writer.expire())();
  const host = {
    dataPath: data.settings.path,
    catalogue: writer.catalogue,
    counters,
    log,
    progressed: () => commitSignal.raise(),
  };
  recoverPartitions(host, closing.signal)
    .then(() => promotedLately(data.settings.path, writer.catalogue))
    .catch((error: unknown) => {
      log.error({ error: messageOf(error) }, 'recovery failed');
      return new Uint32Array(0);
    })
    .then((promoted) => say({ type: 'recovered', promoted }));
}

const writer = open();
if (writer !== undefined) run(writer);
