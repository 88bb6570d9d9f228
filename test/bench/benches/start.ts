/** How soon it is ready after exec, and what it takes when nothing happens. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Bench, type BenchContext, twice } from '../bench.ts';
import { sendLoad } from '../load/load-client.ts';
import { COLLECTOR, grpcOrder } from '../load/loads.ts';
import { removeFolder, temporaryFolder } from '../measure/children.ts';
import { fineCpuOf, rssMiB } from '../measure/proc.ts';
import { RestClient } from '../reads/rest-client.ts';
import type { Values } from '../report/findings.ts';
import { referenceSubject } from '../servers/others.ts';

const SETTLE_MS_IN_WHOLE = 1_000;
/** V8 compiles and collects what starting left for half a minute. */
const SETTLE_MS_ALONE = 30_000;
const IDLE_MS_IN_WHOLE = 1_500;
const IDLE_MS_ALONE = 10_000;

export const bench: Bench = {
  about: 'exec to ready on an empty and on a filled store; idle memory and CPU',
  isInWhole: true,
  async run(context) {
    const filled = temporaryFolder();
    const spans = context.spans(200_000, 1_000_000);
    await twice(context, 'filling', () => fill(context, filled, spans));
    context.findings.note(`the filled store holds ${spans} spans`);
    for (let round = 1; round <= context.rounds; round++) {
      const what = `round ${round} of ${context.rounds}`;
      const once = async () => [
        ['empty store', 'synton', await started(context, undefined, 'stopped')] as const,
        ['empty store', 'reference', await referenceStarted()] as const,
        // The next start finds what a kill left, and the one after it a store that was closed.
        ['filled store', 'synton', await started(context, filled, 'killed')] as const,
        ['filled store, after a kill', 'synton', await readyMs(context, filled)] as const,
      ];
      for (const [load, subject, values] of await twice(context, what, once))
        context.findings.add(load, subject, values);
      context.say(what);
    }
    removeFolder(filled);
  },
};

async function fill(context: BenchContext, folder: string, spans: number): Promise<void> {
  const synton = await context.openSynton({ folder, probe: false });
  try {
    await sendLoad(grpcOrder(synton, COLLECTOR, spans, context.seed()));
  } finally {
    await synton.close();
  }
}

async function started(
  context: BenchContext,
  folder: string | undefined,
  end: 'stopped' | 'killed',
): Promise<Values> {
  const before = performance.now();
  const synton = await context.openSynton({ probe: false, ...(folder && { folder }) });
  try {
    const ready = await untilReady(synton.api, before);
    return { readyMs: ready, ...(await idle(context, synton.pid)) };
  } finally {
    await (end === 'killed' ? synton.kill() : synton.close());
  }
}

async function readyMs(context: BenchContext, folder: string): Promise<Values> {
  const before = performance.now();
  const synton = await context.openSynton({ probe: false, folder });
  try {
    return { readyMs: await untilReady(synton.api, before) };
  } finally {
    await synton.close();
  }
}

async function untilReady(api: string, since: number): Promise<number> {
  const client = new RestClient(api);
  try {
    await client.askOk('/ready');
    return performance.now() - since;
  } finally {
    client.close();
  }
}

async function idle(context: BenchContext, pid: number): Promise<Values> {
  const idleMs = context.isWhole ? IDLE_MS_IN_WHOLE : IDLE_MS_ALONE;
  await wait(context.isWhole ? SETTLE_MS_IN_WHOLE : SETTLE_MS_ALONE);
  const before = fineCpuOf(pid);
  await wait(idleMs);
  const seconds = fineCpuOf(pid) - before;
  return { rss: rssMiB(pid), idleShare: (seconds / (idleMs / 1_000)) * 100 };
}

async function referenceStarted(): Promise<Values> {
  const before = performance.now();
  const open = await referenceSubject.open();
  const values = { readyMs: performance.now() - before, rss: rssMiB(open.pid) };
  await open.close();
  return values;
}
