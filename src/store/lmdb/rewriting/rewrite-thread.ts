/**
 * The thread that rewrites closed partitions, one after the other as it is told. It gives way: after each block it waits as
 * long as it worked, and longer the more the writer has to do meanwhile, up to WAIT_SHARE_MAX times.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromRewriter, RewriteData, ToRewriter } from './rewrite-messages.ts';
import { rewritePartition } from './rewrite-partition.ts';

const WAIT_SHARE_MAX = 20;
/** At this rate of the writer it waits its longest: about 100,000 spans a second. */
const BUSY_BYTES_A_MS = 6_000;

const NO_ROOM: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

const port = parentPort!;
const { committed } = workerData as RewriteData;
const committedBytes = new Uint32Array(committed);

/** Waits in proportion to what was worked since the last wait. */
class Pace {
  workedMs = 0;
  #since = performance.now();
  #bytes = Atomics.load(committedBytes, 0);
  readonly #isUrgent: boolean;

  constructor(isUrgent: boolean) {
    this.#isUrgent = isUrgent;
  }

  async pause(): Promise<void> {
    const worked = performance.now() - this.#since;
    this.workedMs += worked;
    if (this.#isUrgent) {
      this.#since = performance.now();
      return;
    }
    const bytes = Atomics.load(committedBytes, 0);
    const rate = ((bytes - this.#bytes) >>> 0) / Math.max(1, worked);
    const share = Math.min(1, rate / BUSY_BYTES_A_MS);
    await wait(worked * (1 + share * (WAIT_SHARE_MAX - 1)));
    this.#bytes = Atomics.load(committedBytes, 0);
    this.#since = performance.now();
  }
}

async function rewrite({ path, isUrgent }: Exclude<ToRewriter, 'end'>): Promise<FromRewriter> {
  const pace = new Pace(isUrgent);
  try {
    const report = await rewritePartition(path, () => pace.pause());
    return { status: 'rewritten', report, cpuMs: pace.workedMs };
  } catch (error) {
    const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
    return { status: 'failed', message, lacksRoom: NO_ROOM.has(code) };
  }
}

port.on('message', async (message: ToRewriter) => {
  if (message === 'end') port.close();
  else port.postMessage(await rewrite(message));
});
