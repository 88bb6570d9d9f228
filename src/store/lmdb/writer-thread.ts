/**
 * The writer thread: a shell around PartitionWriter. One message a group commit; whatever goes wrong in one is
 * answered, never thrown, and the partition is left so that the next commit starts afresh. Loads what it takes to commit; all else
 * is writer-upkeep.ts, which comes once the store is open.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../../model/clock.ts';
import { collectStartGarbage } from '../../telemetry/collect-start-garbage.ts';
import { Counters } from '../../telemetry/counters.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { CommitSignal } from '../commit-signal.ts';
import { PartitionWriter } from './partition-writer.ts';
import { Slab, type SlabParts } from './slab.ts';
import type { FromWriter, ToWriter, WriterData } from './writer-messages.ts';
import type { WriterUpkeep } from './writer-upkeep.ts';

const STATISTICS_LAG_MS = 250;

const port = parentPort!;
const data = workerData as WriterData;
const counters = new Counters(data.counters, data.counterThread);
const commitSignal = new CommitSignal(data.commitSignal);
/** Undefined for the first moments. */
let upkeep: WriterUpkeep | undefined;
let statisticsTimer: NodeJS.Timeout | undefined;

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
    const areStatisticsWatched = () => commitSignal.areStatisticsWatched;
    const host = { clock: systemClock, counters, log, areStatisticsWatched };
    return new PartitionWriter(data.settings, host);
  } catch (error) {
    say({ type: 'failedToOpen', message: messageOf(error) });
    return undefined;
  }
}

function commit(writer: PartitionWriter, parts: SlabParts): void {
  const slab = new Slab(parts);
  upkeep?.committed(parts.bytesUsed);
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
      // First, so that whoever hears of the commit and looks finds it.
      commitSignal.areStatisticsBehind = writer.statisticsPending;
      commitSignal.raise();
      say({ type: 'committed', parts: parcel.parts, spans: outcome.spans }, parcel.transfer);
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

/** Those that no commit took along. */
function writeStatistics(writer: PartitionWriter): void {
  if (!writer.statisticsPending) return;
  writer.flushStatistics();
  commitSignal.areStatisticsBehind = writer.statisticsPending;
  commitSignal.raise();
}

/** Ticks only while there is something to write: an idle store does nothing. */
function writeStatisticsSoon(writer: PartitionWriter): void {
  if (statisticsTimer !== undefined || !writer.statisticsPending) return;
  const write = guarded(() => writeStatistics(writer));
  statisticsTimer = setTimeout(() => {
    statisticsTimer = undefined;
    write();
    // On a full disk they are still pending.
    writeStatisticsSoon(writer);
  }, STATISTICS_LAG_MS);
  statisticsTimer.unref();
}

async function close(writer: PartitionWriter, loaded: Promise<WriterUpkeep>): Promise<void> {
  clearTimeout(statisticsTimer);
  try {
    await (await loaded).stop();
    await writer.close();
  } catch (error) {
    log.error({ error: messageOf(error) }, 'closing the store failed');
  }
  say({ type: 'closed' });
  port.close();
}

async function load(writer: PartitionWriter): Promise<WriterUpkeep> {
  const { WriterUpkeep } = await import('./writer-upkeep.ts');
  const { settings } = data;
  upkeep = new WriterUpkeep({ settings, writer, commitSignal, counters, log, guarded });
  void upkeep.recover().then((promoted) => {
    say({ type: 'recovered', promoted });
    collectStartGarbage();
  });
  return upkeep;
}

function run(writer: PartitionWriter): void {
  say({ type: 'ready' });
  const loaded = load(writer);
  port.on('message', async (message: ToWriter) => {
    if (message.type === 'commit') {
      commit(writer, message.parts);
      writeStatisticsSoon(writer);
    } else if (message.type === 'writeStatistics') {
      guarded(() => writeStatistics(writer))();
      say({ type: 'statisticsWritten' });
    } else if (message.type === 'compact') say(await (await loaded).compact());
    else if (message.type === 'removeSetAside') say((await loaded).removeSetAside());
    else await close(writer, loaded);
  });
}

const writer = open();
if (writer !== undefined) run(writer);
