/** Whether a span and a question cost the same in a store ten and a hundred times as large. */
import { writeFileSync } from 'node:fs';
import { type Bench, type BenchContext, twice } from '../bench.ts';
import { sendLoad } from '../load/load-client.ts';
import { COLLECTOR, grpcOrder } from '../load/loads.ts';
import { diskBytes, measureLoad, pick } from '../measure/measure-load.ts';
import { scriptPath } from '../measure/measured-process.ts';
import { anonymousMiB, rssMiB } from '../measure/proc.ts';
import { summaryOf } from '../measure/statistics.ts';
import { askAll } from '../reads/questions.ts';
import { RestClient } from '../reads/rest-client.ts';
import { settle } from '../reads/settle.ts';
import { type Panel, plotSvg } from '../report/growth-plot.ts';
import type { OpenSynton } from '../servers/synton.ts';
import { targetOf } from '../targets.ts';

const SIZES = [1_000_000, 10_000_000];
const FULL_SIZES = [...SIZES, 100_000_000];
/** Of the spans of a size, sent last and measured: a round's share, and at most this many. */
const MEASURED_SHARE = 0.1;
const MEASURED_MAX = 300_000;
const FILL_WITHIN_MS = 3_600_000;
const QUESTION_MS = 10_000;
const LIFE_MS = 3 * 3_600_000;
const PLOT = 'growth.svg';

/** What is drawn: of a load, one figure over the sizes. */
const DRAWN = [
  { title: 'k spans per CPU-second', load: 'receiving', figure: 'spansPerCpuSecond', per: 1_000 },
  { title: 'bytes a span on disk', load: 'the process', figure: 'diskBytesPerSpan', per: 1 },
  { title: 'RSS, MiB', load: 'the process', figure: 'rss', per: 1 },
  { title: 'trace by id, p99 ms', load: 'trace by id', figure: 'p99', per: 1 },
  {
    title: 'filtered search, p99 ms',
    load: 'service, operation, duration',
    figure: 'p99',
    per: 1,
  },
  { title: 'rare value, p99 ms', load: 'a rare attribute value', figure: 'p99', per: 1 },
] as const;

export const bench: Bench = {
  about: 'cost a span, questions, memory and disk at 1, 10 and with --full 100 million spans',
  isInWhole: false,
  async run(context) {
    // With --spans, a tenth of it and it: a run to try the bench itself, which leaves the plot alone.
    const largest = context.spans(0, 0);
    const sizes = largest > 0 ? [largest / 10, largest] : context.isFull ? FULL_SIZES : SIZES;
    const synton = await context.openSynton({ lifeMs: LIFE_MS });
    const client = new RestClient(synton.api);
    try {
      const seed = context.seed();
      let requests = 0;
      for (const size of sizes) {
        requests = await fillTo(context, synton, size, requests, seed);
        context.say(`${nameOf(size)} stored`);
        await settle(client);
        await askAt(context, synton, client, { requests, seed, size });
        context.say(`${nameOf(size)} measured`);
      }
    } finally {
      client.close();
      await synton.close();
    }
    if (largest === 0)
      writeFileSync(scriptPath(PLOT), plotSvg(sizes.map(nameOf), panels(context, sizes)));
  },
};

const nameOf = (size: number) => `${size / 1e6} M`;
const loadOf = (size: number, load: string) => `${nameOf(size)} spans: ${load}`;

/** Sends what is missing, the last of it in measured rounds; resolves with the requests there are. */
async function fillTo(
  context: BenchContext,
  synton: OpenSynton,
  size: number,
  from: number,
  seed: number,
): Promise<number> {
  const all = Math.ceil(size / COLLECTOR.spansPerRequest);
  const spansARound = Math.min(MEASURED_MAX, size * MEASURED_SHARE);
  const perRound = Math.ceil(spansARound / COLLECTOR.spansPerRequest);
  let next = from;
  const order = (requests: number) => {
    const given = { ...grpcOrder(synton, COLLECTOR, 0, seed), firstRequest: next, requests };
    next += requests;
    return given;
  };
  await sendLoad(order(all - from - perRound * context.rounds), FILL_WITHIN_MS);
  for (let round = 1; round <= context.rounds; round++) {
    const shown = ['spansPerCpuSecond', 'ackP99', 'writeAmplification'] as const;
    const values = pick(await measureLoad(synton, order(perRound)), shown);
    context.findings.add(loadOf(size, 'receiving'), 'synton', values);
  }
  return next;
}

async function askAt(
  context: BenchContext,
  synton: OpenSynton,
  client: RestClient,
  at: { readonly requests: number; readonly seed: number; readonly size: number },
): Promise<void> {
  const { requests, seed, size } = at;
  const { spansPerRequest } = COLLECTOR;
  const asks = Math.ceil(context.asks(200, 200) / context.rounds);
  for (let round = 1; round <= context.rounds; round++) {
    const told = await twice(context, `questions, round ${round}`, () =>
      askAll(client, { seed, requests, spansPerRequest }, asks, QUESTION_MS, context.seed()),
    );
    for (const [load, values] of told) context.findings.add(loadOf(size, load), 'synton', values);
  }
  context.findings.add(loadOf(size, 'the process'), 'synton', {
    rss: rssMiB(synton.pid),
    anonymous: anonymousMiB(synton.pid),
    diskBytesPerSpan: diskBytes(synton.folder) / (requests * spansPerRequest),
  });
}

function panels(context: BenchContext, sizes: readonly number[]): readonly Panel[] {
  const all = context.findings.all();
  return DRAWN.map(({ title, load, figure, per }) => {
    const values = sizes.map((size) => {
      const found = all.find((one) => one.load === loadOf(size, load) && one.figure === figure);
      return summaryOf(found?.subjects.synton?.rounds ?? [0]).median / per;
    });
    const target = targetOf(context.findings.bench, loadOf(sizes.at(-1)!, load), figure);
    const bound = target && ('atLeast' in target ? target.atLeast : target.atMost) / per;
    return { title, values, ...(bound !== undefined && { target: bound }) };
  });
}
