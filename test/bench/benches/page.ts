/** The page of one trace in a headless Chromium: how soon it stands, and how it moves. */
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { launchBrowser } from '../../browser/support/launch-browser.ts';
import { type Bench, type BenchContext, twice } from '../bench.ts';
import { bigTrace, bigTraceId } from '../load/big-trace.ts';
import { GrpcSender } from '../load/grpc-sender.ts';
import { scriptPath } from '../measure/measured-process.ts';
import type { Values } from '../report/findings.ts';
import type { OpenSynton } from '../servers/synton.ts';

const SIZES: readonly (readonly [spans: number, said: string])[] = [
  [1_000, '1 k'],
  [10_000, '10 k'],
  [100_000, '100 k'],
];
const MOVES = ['scroll', 'leap', 'pan', 'zoom'] as const;
const MOVE_SECONDS = 3;
const MOVE_SECONDS_WHOLE = 1;
const SIZE = { width: 1280, height: 800 };
const PROBE = scriptPath('page/page-probe.js');
/** A frame that one sees: two of 60 a second in one. */
const SLOW_MS = 25;
const OPEN_WITHIN_MS = 60_000;

interface Moved {
  readonly gaps: readonly number[];
  readonly longTasks: number;
  readonly longest: number;
}

export const bench: Bench = {
  about:
    'the page of a trace of 1,000, 10,000 and 100,000 spans in a browser: opening, frames, heap',
  isInWhole: true,
  async run(context) {
    const synton = await context.openSynton({ probe: false });
    const server = await launchBrowser();
    const browser = await chromium.connect(server.wsEndpoint());
    try {
      for (const [spans, said] of SIZES) {
        const seed = context.seed();
        await store(synton, spans, seed);
        const url = `${synton.api}/trace/${bigTraceId(seed)}`;
        for (let round = 1; round <= context.rounds; round++) {
          await twice(context, `${said} spans`, async () => {
            const page = await browser.newContext({ viewport: SIZE });
            try {
              await look(context, page, url, said);
            } finally {
              await page.close();
            }
          });
          context.say(`${said} spans: round ${round} of ${context.rounds}`);
        }
      }
      context.findings.note(
        'drawn by the processor, as there is no graphics card: a screen is quicker',
      );
    } finally {
      await browser.close();
      await server.close();
      await synton.close();
    }
  },
};

async function store(synton: OpenSynton, spans: number, seed: number): Promise<void> {
  const sender = await GrpcSender.connect(synton.grpc, 1, false);
  const start = BigInt(Date.now() - 120_000) * 1_000_000n;
  for (const request of bigTrace(spans, seed, start)) {
    if ((await sender.send(request)) === 'busy') throw new Error('the trace was refused');
  }
  sender.close();
}

async function look(
  context: BenchContext,
  browsing: BrowserContext,
  url: string,
  said: string,
): Promise<void> {
  await browsing.addInitScript({ path: PROBE });
  const page = await browsing.newPage();
  const inside = await browsing.newCDPSession(page);
  // CPU time of its thread: what else the machine does is not in it.
  await inside.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(url, { timeout: OPEN_WITHIN_MS });
  const openMs: number = await page.evaluate('syntonProbe.opened()');
  // Every row there is, so that nothing is spared by folds.
  const expandMs: number = await page.evaluate("syntonProbe.key(']')");
  context.findings.add(`${said} spans: opening`, 'synton', { openMs, expandMs });
  const seconds = context.isWhole ? MOVE_SECONDS_WHOLE : MOVE_SECONDS;
  // Where there is something to pan to.
  await page.evaluate("syntonProbe.key('ArrowUp').then(() => syntonProbe.key('ArrowUp'))");
  for (const move of MOVES) {
    const values = await moved(page, inside, move, seconds);
    context.findings.add(`${said} spans: ${move}`, 'synton', values);
  }
  context.findings.add(`${said} spans: the page`, 'synton', { heap: await heapMiB(inside) });
}

async function moved(
  page: Page,
  inside: CDPSession,
  move: string,
  seconds: number,
): Promise<Values> {
  const before = await taskSeconds(inside);
  const told: Moved = await page.evaluate(`syntonProbe.move('${move}', ${seconds})`);
  const busyMs = ((await taskSeconds(inside)) - before) * 1_000;
  const gaps = [...told.gaps].sort((a, b) => a - b);
  const at = (share: number): number =>
    gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))]!;
  return {
    frameP50: at(0.5),
    frameP99: at(0.99),
    slowFrames: (gaps.filter((gap) => gap > SLOW_MS).length / gaps.length) * 100,
    frameWork: busyMs / gaps.length,
    longTasks: told.longTasks,
    longestTask: told.longest,
  };
}

/** What the page's own thread has worked so far. */
async function taskSeconds(inside: CDPSession): Promise<number> {
  const { metrics } = await inside.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
}

/** After everything that may go has gone; arrays outside of the heap are in it. */
async function heapMiB(inside: CDPSession): Promise<number> {
  await inside.send('HeapProfiler.collectGarbage');
  const told: { usedSize: number; backingStorageSize?: number } =
    await inside.send('Runtime.getHeapUsage');
  return (told.usedSize + (told.backingStorageSize ?? 0)) / 1024 / 1024;
}
