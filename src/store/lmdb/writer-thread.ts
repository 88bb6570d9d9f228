/**
 * The writer thread: a shell around PartitionWriter. One message a group commit; whatever goes wrong in one is
 * answered, never thrown, and the partition is left so that the next commit starts afresh.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../model/clock.ts';
import { Counters } from '../../telemetry/counters.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { CommitSignal } from '../commit-signal.ts';
import { boundSetAside, removeSetAside } from './inventory/set-aside.ts';
import { PartitionWriter } from './partition-writer.ts';
import { promotedLately } from './promoted-lately.ts';
import { recoverPartitions } from './recovery/recover-partitions.ts';
import { compact } from './rewriting/compaction.ts';
import { Rewriter } from './rewriting/rewriter.ts';
import { Slab, type SlabParts } from './slab.ts';
import { SoundPartitions } from './sound-partitions.ts';
import type { FromWriter, ToWriter, WriterData } from './writer-messages.ts';

const EXPIRE_EVERY_MS = 60_000;
const STATISTICS_LAG_MS = 250;
const REWRITE_POLL_MS = 1_000;
/** A partition is left as it is for so long after it was closed. */
const REWRITE_DELAY_MS = 15_000;

const port = parentPort!;
const data = workerData as WriterData;
const counters = new Counters(data.counters, data.counterThread);
const commitSignal = new CommitSignal(data.commitSignal);
const closing = new AbortController();
/** Everything that an earlier life left has been looked at. */
let recovered: Promise<void> = Promise.resolve();

function say(message: FromWriter, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

const log: Logger = {
  info: (fields, message) => say({ type: 'log', level: 'info', fields, message }),
  warn: (fields, message) => say({ type: 'log', level: 'warn', fields, message }),
  error: (fields, message) => say({ type: 'log', level: 'error', fields, message }),
};

const setAsideHost = {
  dataPath: data.settings.path,
  maxBytes: data.settings.maxBytes,
  counters,
  log,
};

function open(): PartitionWriter | undefined {
  try {
    return new PartitionWriter(data.settings, { clock: systemClock, counters, log });
  } catch (error) {
    say({ type: 'failedToOpen', message: messageOf(error) });
    return undefined;
  }
}

function commit(writer: PartitionWriter, rewriter: Rewriter, parts: SlabParts): void {
  const slab = new Slab(parts);
  rewriter.committed(parts.bytesUsed);
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

async function compacted(writer: PartitionWriter, rewriter: Rewriter): Promise<FromWriter> {
  try {
    const host = { dataPath: data.settings.path, writer, rewriter, recovered };
    return { type: 'compacted', outcome: await compact(host) };
  } catch (error) {
    log.error({ error: messageOf(error) }, 'the store could not be compacted');
    return { type: 'compacted', outcome: { failure: messageOf(error) } };
  }
}

function withoutSetAside(): FromWriter {
  try {
    return { type: 'setAsideRemoved', ...removeSetAside(setAsideHost) };
  } catch (error) {
    log.error({ error: messageOf(error) }, 'set-aside folders could not be removed');
    return { type: 'setAsideRemoved', folders: 0, bytes: 0 };
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
  const rewriter = new Rewriter({
    dataPath: data.settings.path,
    writer,
    counters,
    log,
    delayMs: data.settings.rewriteDelayMs ?? REWRITE_DELAY_MS,
    progressed: () => commitSignal.raise(),
  });
  const rewriting = setInterval(
    guarded(() => rewriter.poll()),
    Math.min(REWRITE_POLL_MS, data.settings.rewriteDelayMs ?? REWRITE_POLL_MS) || 1,
  );
  statistics.unref();
  expiry.unref();
  rewriting.unref();
  port.on('message', async (message: ToWriter) => {
    if (message.type === 'commit') return commit(writer, rewriter, message.parts);
    if (message.type === 'writeStatistics') {
      writeStatistics();
      return say({ type: 'statisticsWritten' });
    }
    if (message.type === 'compact') return say(await compacted(writer, rewriter));
    if (message.type === 'removeSetAside') return say(withoutSetAside());
    clearInterval(statistics);
    clearInterval(expiry);
    clearInterval(rewriting);
    closing.abort();
    try {
      await rewriter.stop();
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
    setAside: guarded(() => boundSetAside(setAsideHost)),
  };
  host.setAside();
  recovered = recoverPartitions(host, closing.signal);
  recovered
    .then(() => promotedLately(new SoundPartitions(data.settings.path, commitSignal)))
    .catch((error: unknown) => {
      log.error({ error: messageOf(error) }, 'recovery failed');
      return new Uint32Array(0);
    })
    .then((promoted) => say({ type: 'recovered', promoted }));
}

const writer = open();
if (writer !== undefined) run(writer);
