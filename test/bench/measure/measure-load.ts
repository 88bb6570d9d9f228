/** One load on one open subject: what it cost the server's process, and how it was answered. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sendLoad } from '../load/load-client.ts';
import type { LoadOrder } from '../load/load-order.ts';
import type { Values } from '../report/findings.ts';
import type { OpenSubject } from '../servers/subject.ts';
import { cpuOf, peakRssMiB, rssMiB, writtenBytesOf } from './proc.ts';

/** What stat counts blocks in. */
const BLOCK_BYTES = 512;

/** All figures that apply to any load; a bench picks those it shows. */
export async function measureLoad(open: OpenSubject, order: LoadOrder): Promise<Values> {
  const { pid } = open;
  await open.loop();
  const before = { cpu: cpuOf(pid), disk: diskBytes(open.folder), written: writtenBytesOf(pid) };
  const sent = await sendLoad(order);
  const after = { cpu: cpuOf(pid), disk: diskBytes(open.folder), written: writtenBytesOf(pid) };
  const loop = await open.loop();
  const user = after.cpu.user - before.cpu.user;
  const seconds = user + after.cpu.system - before.cpu.system;
  const keeps = open.folder !== undefined;
  return {
    // Of a load too small for ticks of 10 ms there is no rate to tell.
    spansPerCpuSecond: seconds > 0 ? sent.spans / seconds : undefined,
    spansPerSecond: sent.spans / sent.seconds,
    userShare: seconds > 0 ? (100 * user) / seconds : undefined,
    coreShare: (100 * seconds) / sent.seconds,
    ackP50: sent.ackP50Ms,
    ackP99: sent.ackP99Ms,
    lateP99: sent.lateP99Ms,
    rss: rssMiB(pid),
    peakRss: peakRssMiB(pid),
    loopP99: loop?.p99Ms,
    loopMax: loop?.maxMs,
    diskBytesPerSpan: keeps ? (after.disk - before.disk) / sent.spans : undefined,
    writeAmplification:
      keeps && after.written !== undefined && before.written !== undefined
        ? (after.written - before.written) / (sent.spans * sent.bytesPerSpan)
        : undefined,
    sentBytesPerSpan: sent.bytesPerSpan,
    refusals: sent.refusals,
  };
}

/** Only these figures, where they are. */
export function pick<Name extends keyof Values>(values: Values, names: readonly Name[]): Values {
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

/** What the files of a folder take on disk; 0 without a folder. */
export function diskBytes(folder: string | undefined): number {
  if (folder === undefined) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + allocated(join(parentPath, name)), 0);
}

/** A file may leave between being listed and being looked at. */
function allocated(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * BLOCK_BYTES;
}
