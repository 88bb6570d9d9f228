/** What a call costs more, for each way of watching it: rounds in turns, each way a child process with the same program. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BenchContext, twice } from '../bench.ts';
import { removeFolder, runNode, temporaryFolder } from '../measure/children.ts';
import { MeasuredProcess, scriptPath } from '../measure/measured-process.ts';
import { appmapReport } from './appmap.ts';
import type { CallOrder, CallReport } from './call-order.ts';
import { BARE, CALL_VARIANTS, type CallVariant } from './call-variants.ts';

const FUNCTIONS = scriptPath('sdk/called-functions.mjs');
const RUN_WITHIN_MS = 120_000;
const SINK_LIFE_MS = 300_000;
/** Calls in a row: of spans as many as the queue of the stock processor takes. */
const BURST = { counted: 25_000, spans: 500 } as const;
const REST_MS = 3;
/** Each is recorded, on disk too. */
const APPMAP_CALLS = 4_000;

export async function callCosts(context: BenchContext): Promise<void> {
  const folder = temporaryFolder();
  const sink = await MeasuredProcess.start([scriptPath('sdk/span-sink.ts')], {
    probe: false,
    lifeMs: SINK_LIFE_MS,
  });
  try {
    const { port } = sink.announcement as { readonly port: number };
    const scene = { context, folder, sink: `http://127.0.0.1:${port}/v1/traces` };
    for (let round = 1; round <= context.rounds; round++) await oneRound(scene, round);
  } finally {
    await sink.stop();
    removeFolder(folder);
  }
}

interface Scene {
  readonly context: BenchContext;
  readonly folder: string;
  readonly sink: string;
}

async function oneRound(scene: Scene, round: number): Promise<void> {
  const { context } = scene;
  let bare: CallReport | undefined;
  for (const variant of CALL_VARIANTS) {
    const what = `${variant.load}: round ${round} of ${context.rounds}`;
    const report = await twice(context, what, () => reported(scene, variant));
    bare ??= report;
    add(context, variant, report, bare);
    context.say(what);
  }
  // Of the run of everything it is no part: it is installed from the network.
  if (context.isWhole) return;
  const load = 'a call, appmap-node';
  const order = { ...orderOf(scene, false, APPMAP_CALLS), burst: APPMAP_CALLS / 4 };
  add(context, { load, subject: 'reference' }, await appmapReport(order), bare!);
  context.say(`${load}: round ${round} of ${context.rounds}`);
}

async function reported(scene: Scene, variant: CallVariant): Promise<CallReport> {
  const { context, folder, sink } = scene;
  const { register, wrapper = 'none', makesSpans = false, isRewritten = false } = variant;
  const calls = makesSpans ? context.spans(4_000, 40_000) : context.isWhole ? 100_000 : 1_000_000;
  const order: CallOrder = {
    ...orderOf(scene, makesSpans, calls),
    wrapper,
    ...(isRewritten && { functions: await rewritten(context.dist, folder) }),
    ...(wrapper !== 'none' && makesSpans && { sink }),
  };
  const loaded = pathToFileURL(join(context.dist, 'register/index.js')).href;
  const args = [
    ...(register === undefined ? [] : ['--import', loaded]),
    ...[scriptPath('sdk/called-program.mjs'), JSON.stringify(order)],
  ];
  const env = {
    SYNTON_ENDPOINT: sink,
    SYNTON_INCLUDE: '**/called-functions.mjs',
    SYNTON_CACHE: folder,
    ...register,
  };
  return JSON.parse(await runNode(args, RUN_WITHIN_MS, env).said) as CallReport;
}

function orderOf({ context }: Scene, makesSpans: boolean, calls: number): CallOrder {
  return {
    functions: FUNCTIONS,
    calls,
    burst: makesSpans ? BURST.spans : BURST.counted,
    restMs: makesSpans ? REST_MS : 0,
    wrapper: 'none',
    dist: context.dist,
  };
}

/** As a module that was rewritten runs where nobody watches, in a page that it was sent to, say. */
async function rewritten(dist: string, folder: string): Promise<string> {
  const from = pathToFileURL(join(dist, 'register/rewrite/rewrite-module.js')).href;
  const { rewriteModule } = (await import(
    from
  )) as typeof import('../../../src/register/rewrite/rewrite-module.ts');
  const made = rewriteModule(readFileSync(FUNCTIONS, 'utf8'), {
    path: FUNCTIONS,
    format: 'module',
  });
  const path = join(folder, 'rewritten-functions.mjs');
  writeFileSync(path, made!.code);
  return path;
}

function add(
  context: BenchContext,
  { load, subject, makesSpans }: CallVariant,
  report: CallReport,
  bare: CallReport,
): void {
  if (load === BARE) {
    context.findings.add(load, subject, {
      functionNanos: report.function,
      methodNanos: report.method,
      asyncNanos: report.async,
    });
    return;
  }
  context.findings.add(load, subject, {
    functionNanosOver: report.function - bare.function,
    methodNanosOver: report.method - bare.method,
    asyncNanosOver: report.async - bare.async,
    timesBare: report.function / bare.function,
    ...(makesSpans && { processNanosOver: report.process - bare.process }),
  });
}
