/** What it costs to look at one trace of 100,000 spans. */
import { type Bench, type BenchContext, twice } from '../bench.ts';
import { bigTrace, bigTraceId, bigTraceSpanId } from '../load/big-trace.ts';
import { GrpcSender } from '../load/grpc-sender.ts';
import { anonymousMiB, fineCpuOf, peakRssMiB, rssMiB } from '../measure/proc.ts';
import { RestClient } from '../reads/rest-client.ts';
import type { OpenSynton } from '../servers/synton.ts';

const SPANS = 100_000;
const API = '/api/v1/instr';
const PAGE = 500;
/** A span some two levels down: with some thousand spans below it. */
const SUBTREE_SPAN = 3 * 8 + 3;
const CONNECTIONS = 1;
/** No new round begins after this long in a run of everything. */
const ROUNDS_WITHIN_MS = 15_000;

type Question = readonly [load: string, path: string];

export const bench: Bench = {
  about: 'one trace of 100,000 spans: CPU of each way to look at it',
  isInWhole: true,
  async run(context) {
    const synton = await context.openSynton({ probe: false });
    const client = new RestClient(synton.api);
    try {
      const seed = context.seed();
      const spans = context.spans(SPANS, SPANS);
      await store(synton, spans, seed);
      const questions = questionsAbout(seed, spans);
      // The first question of all starts the thread that answers.
      await client.askOk(`${API}/services`);
      const [, path] = questions[0]!;
      await ask(context, synton, client, ['by id, the first look of all', path]);
      const until = performance.now() + (context.isWhole ? ROUNDS_WITHIN_MS : Infinity);
      for (let round = 1; round <= context.rounds; round++) {
        if (round > 1 && performance.now() > until) {
          context.findings.note(
            `${round - 1} of ${context.rounds} rounds: there was no time for more`,
          );
          break;
        }
        for (const question of questions)
          await twice(context, question[0], () => ask(context, synton, client, question));
        context.say(`round ${round} of ${context.rounds}`);
      }
      context.findings.add('the process', 'synton', {
        rss: rssMiB(synton.pid),
        anonymous: anonymousMiB(synton.pid),
        peakRss: peakRssMiB(synton.pid),
      });
    } finally {
      client.close();
      await synton.close();
    }
  },
};

async function store(synton: OpenSynton, spans: number, seed: number): Promise<void> {
  const sender = await GrpcSender.connect(synton.grpc, CONNECTIONS, false);
  const start = BigInt(Date.now() - 120_000) * 1_000_000n;
  for (const request of bigTrace(spans, seed, start)) {
    if ((await sender.send(request)) === 'busy') throw new Error('the trace was refused');
  }
  sender.close();
}

function questionsAbout(seed: number, spans: number): readonly Question[] {
  const id = bigTraceId(seed);
  const timeline = `${API}/timeline/${id}?limit=${PAGE}`;
  const exported = `${API}/export/${id}?format`;
  const subtree = `subtree=${bigTraceSpanId(seed, SUBTREE_SPAN)}`;
  return [
    ['by id, first page', `${exported}=json&flavor=otlp&limit=${PAGE}`],
    ['by id, a page as long as it may be', `${exported}=json&flavor=otlp`],
    ['timeline, first page', timeline],
    ['timeline, a page in the middle', `${timeline}&offset=${Math.floor(spans / 2)}`],
    ['timeline, a sub-tree', `${timeline}&${subtree}`],
    ['timeline, collapsed', `${timeline}&depth=1`],
    ['lifecycle', `${API}/lifecycle/${id}`],
    ['lifecycle, a sub-tree', `${API}/lifecycle/${id}?${subtree}`],
    ['text', `${exported}=text`],
    ['diagram', `${exported}=mermaid`],
  ];
}

async function ask(
  context: BenchContext,
  { pid }: OpenSynton,
  client: RestClient,
  [load, path]: Question,
): Promise<void> {
  const before = fineCpuOf(pid);
  const { ms, text } = await client.askOk(path);
  const cpuMs = (fineCpuOf(pid) - before) * 1_000;
  context.findings.add(load, 'synton', { cpuMs, wallMs: ms, answerKiB: text.length / 1024 });
}
