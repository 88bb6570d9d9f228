/**
 * What tracing costs inside a program: a span, with no processor, Synton's two ways and the stock batch processor; and a call,
 * in each way that it can be watched.
 */
import { type Bench, type BenchContext, twice } from '../bench.ts';
import { removeFolder, runNode, temporaryFolder } from '../measure/children.ts';
import { MeasuredProcess, scriptPath } from '../measure/measured-process.ts';
import type { Values } from '../report/findings.ts';
import { BlockHistogram } from '../sdk/block-histogram.ts';
import { callCosts } from '../sdk/call-costs.ts';
import type { SdkOrder, SdkReport } from '../sdk/sdk-order.ts';

const VARIANTS = ['bare', 'memory', 'persisted', 'stock'] as const;
/** Where each of Synton's ways stands in the table; the stock processor stands beside both. */
const LOADS = { memory: 'Synton, memory only', persisted: 'Synton, persisted' } as const;
const RUN_WITHIN_MS = 60_000;
const SINK_LIFE_MS = 120_000;

type Round = Record<SdkOrder['variant'], SdkReport & { readonly lost: number }>;

export const bench: Bench = {
  about: 'in process: a span beside the stock batch processor, a call in every way of watching',
  isInWhole: true,
  async run(context) {
    const spans = context.spans(20_000, 100_000);
    const blocks: Partial<Record<string, number[]>> = {};
    for (let round = 1; round <= context.rounds; round++) {
      const measured: Partial<Round> = {};
      for (const variant of VARIANTS) {
        const what = `${variant}: round ${round} of ${context.rounds}`;
        measured[variant] = await twice(context, what, () => runVariant(context, variant, spans));
        blocks[variant] = added(blocks[variant], measured[variant].blocks);
        context.say(what);
      }
      record(context, measured as Round);
    }
    const ends = BlockHistogram.ENDS.map((end) => `≤ ${end} ms`).join(', ');
    for (const [variant, counts] of Object.entries(blocks))
      context.findings.note(`event loop held, ${variant}: ${counts!.join(', ')} (${ends}, longer)`);
    await callCosts(context);
  },
};

function record(context: BenchContext, round: Round): void {
  const { bare, memory, persisted, stock } = round;
  context.findings.add('bare SDK', 'reference', {
    threadMicros: bare.threadMicros,
    processMicros: bare.processMicros,
    blockedMax: bare.blockedMaxMs,
    blockedOver5: bare.blocksOver5,
  });
  for (const [load, own] of [
    [LOADS.memory, memory],
    [LOADS.persisted, persisted],
  ] as const) {
    context.findings.add(load, 'synton', valuesOf(own, bare));
    context.findings.add(load, 'reference', valuesOf(stock, bare));
  }
}

function valuesOf(own: SdkReport & { readonly lost: number }, bare: SdkReport): Values {
  return {
    threadMicrosOver: own.threadMicros - bare.threadMicros,
    processMicrosOver: own.processMicros - bare.processMicros,
    onStartMicros: own.onStartMicros,
    onEndMicros: own.onEndMicros,
    blockedMax: own.blockedMaxMs,
    blockedOver5: own.blocksOver5,
    lostSpans: own.lost,
  };
}

async function runVariant(
  context: BenchContext,
  variant: SdkOrder['variant'],
  spans: number,
): Promise<Round['bare']> {
  const folder = temporaryFolder();
  const sink = await MeasuredProcess.start([scriptPath('sdk/span-sink.ts')], {
    probe: false,
    lifeMs: SINK_LIFE_MS,
  });
  try {
    const url = `http://127.0.0.1:${(sink.announcement as { port: number }).port}/v1/traces`;
    const order: SdkOrder = { variant, spans, dist: context.dist, folder, sink: url };
    const args = [scriptPath('sdk/traced-program.ts'), JSON.stringify(order)];
    const report = JSON.parse(await runNode(args, RUN_WITHIN_MS).said) as SdkReport;
    return { ...report, lost: variant === 'stock' ? await missingAt(url, report) : report.dropped };
  } finally {
    await sink.stop();
    removeFolder(folder);
  }
}

async function missingAt(sink: string, report: SdkReport): Promise<number> {
  const { spans } = (await (await fetch(sink)).json()) as { readonly spans: number };
  return report.ended - spans;
}

function added(sums: readonly number[] | undefined, counts: readonly number[]): number[] {
  return counts.map((count, at) => count + (sums?.[at] ?? 0));
}
