/** How soon questions are answered over a filled store, while 10,000 spans a second arrive. */
import { type Bench, type BenchContext, twice } from '../bench.ts';
import { sendLoad, startLoad } from '../load/load-client.ts';
import { atRate, COLLECTOR, grpcOrder } from '../load/loads.ts';
import { anonymousMiB, peakRssMiB } from '../measure/proc.ts';
import { askAll } from '../reads/questions.ts';
import { RestClient } from '../reads/rest-client.ts';
import { settle } from '../reads/settle.ts';
import type { OpenSynton } from '../servers/synton.ts';

const SPANS_PER_SECOND = 10_000;
const RECEIVE_SECONDS_MAX = 1_200;
const FILL_WITHIN_MS = 600_000;
/** A question's share of a round. */
const QUESTION_MS_IN_WHOLE = 1_000;
const QUESTION_MS_ALONE = 60_000;
const LIFE_MS = 1_800_000;

export const bench: Bench = {
  about:
    'questions over a filled store while spans arrive; --spans 10000000 is what targets are set for',
  isInWhole: true,
  async run(context) {
    const synton = await context.openSynton({ lifeMs: LIFE_MS });
    try {
      await measure(context, synton);
    } finally {
      await synton.close();
    }
  },
};

async function measure(context: BenchContext, synton: OpenSynton): Promise<void> {
  const { requests, seed, spansPerRequest } = await fill(context, synton);
  context.findings.note(`${requests * spansPerRequest} spans stored before the first question`);
  const asks = Math.ceil(context.asks(60, 1_500) / context.rounds);
  const questionMs = context.isWhole ? QUESTION_MS_IN_WHOLE : QUESTION_MS_ALONE;
  const client = new RestClient(synton.api);
  // A large store has old partitions; what arrives from here on is young.
  if (!context.isWhole) await settle(client);
  for (let round = 1; round <= context.rounds; round++) {
    const told = await twice(context, `round ${round} of ${context.rounds}`, async () => {
      const order = grpcOrder(synton, COLLECTOR, 0, context.seed());
      const arriving = startLoad(
        atRate(order, SPANS_PER_SECOND, RECEIVE_SECONDS_MAX),
        RECEIVE_SECONDS_MAX * 1_000,
      );
      try {
        await synton.loop();
        const stored = { seed, requests, spansPerRequest };
        const answers = await askAll(client, stored, asks, questionMs, context.seed());
        const loop = await synton.loop();
        const { ackP99Ms } = await arriving.stop();
        const meanwhile = {
          loopP99: loop?.p99Ms,
          loopMax: loop?.maxMs,
          ackP99: ackP99Ms,
          peakRss: peakRssMiB(synton.pid),
          anonymous: anonymousMiB(synton.pid),
        };
        return [...answers, ['receiving meanwhile', meanwhile] as const];
      } finally {
        await arriving.stop();
      }
    });
    for (const [load, values] of told) context.findings.add(load, 'synton', values);
    context.say(`round ${round} of ${context.rounds}`);
  }
  client.close();
}

function fill(context: BenchContext, synton: OpenSynton) {
  return twice(context, 'filling', async () => {
    const spans = context.spans(200_000, 1_000_000);
    const order = grpcOrder(synton, COLLECTOR, spans, context.seed());
    await sendLoad(order, FILL_WITHIN_MS);
    context.say(`${spans} spans stored`);
    return order;
  });
}
