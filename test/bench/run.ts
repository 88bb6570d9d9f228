/**
 * `npm run bench`: what Synton costs, beside a plain receiver that keeps nothing, in one run.
 *
 *   npm run bench [-- NAME…] [--rounds N] [--spans N] [--asks N] [--full] [--json FILE] [--dist FOLDER]
 *                 [--against HOST:PORT] [--against-http URL] [--pid N]
 *
 * Without names the benches that are quick, in small sizes. Linux only, as it reads /proc. See README.md.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench, BenchContext } from './bench.ts';
import { allBenches } from './benches.ts';
import { scriptPath } from './measure/measured-process.ts';
import { Findings } from './report/findings.ts';
import { type BenchResult, jsonReport } from './report/json-report.ts';
import { tableOf } from './report/table.ts';
import { againstSubject, referenceSubject } from './servers/others.ts';
import type { Subject } from './servers/subject.ts';
import { openSynton, type SyntonOptions, syntonSubject } from './servers/synton.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    spans: { type: 'string' },
    asks: { type: 'string' },
    full: { type: 'boolean', default: false },
    json: { type: 'string' },
    dist: { type: 'string', default: scriptPath('../../dist') },
    against: { type: 'string' },
    'against-http': { type: 'string' },
    pid: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});
const dist = resolve(values.dist);
/** Seeds of a run are its own: a receiver that keeps running must not get the same ids again. */
let nextSeed = (Math.floor(Date.now() / 1_000) & 0xffff) * 0x1000;

function whole(name: 'rounds' | 'spans' | 'asks' | 'pid'): number | undefined {
  const given = values[name];
  if (given === undefined) return undefined;
  const number = Number(given);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`--${name} takes a whole number above 0, not ${given}`);
  return number;
}

function subjects(): readonly Subject[] {
  const own = [syntonSubject({ dist }), referenceSubject];
  const { against, 'against-http': http } = values;
  if (against === undefined && http === undefined) return own;
  const pid = whole('pid');
  if (pid === undefined) throw new Error('--against needs --pid: whose CPU time is to be counted?');
  return [...own, againstSubject(pid, against, http)];
}

function contextOf(name: string, isWhole: boolean): BenchContext {
  const size = (given: number | undefined) => (inWhole: number, alone: number) =>
    given ?? (isWhole ? inWhole : alone);
  return {
    findings: new Findings(name),
    subjects: subjects(),
    rounds: whole('rounds')!,
    isWhole,
    isFull: values.full,
    asks: size(whole('asks')),
    spans: size(whole('spans')),
    dist,
    openSynton: (options: Partial<SyntonOptions> = {}) => openSynton({ dist, ...options }),
    seed: () => nextSeed++,
    say: (text) => process.stderr.write(`${name}: ${text}\n`),
  };
}

/** A bench that goes wrong is told, and the others run. */
async function runOne(name: string, bench: Bench, isWhole: boolean): Promise<BenchResult> {
  const context = contextOf(name, isWhole);
  const started = performance.now();
  let error: string | undefined;
  try {
    await bench.run(context);
  } catch (thrown) {
    error = String(thrown);
    context.say(`ended early: ${error}`);
  }
  const seconds = (performance.now() - started) / 1_000;
  return { name, seconds, findings: context.findings, error };
}

async function main(): Promise<void> {
  const benches = await allBenches();
  if (values.list) {
    for (const [name, { about }] of benches) process.stdout.write(`${name.padEnd(12)} ${about}\n`);
    return;
  }
  if (process.platform !== 'linux') throw new Error('the bench reads /proc: it runs on Linux only');
  const isWhole = positionals.length === 0;
  const names = isWhole
    ? [...benches].filter(([, { isInWhole }]) => isInWhole).map(([name]) => name)
    : positionals;
  const unknown = names.filter((name) => !benches.has(name));
  if (unknown.length > 0)
    throw new Error(
      `no such bench: ${unknown.join(', ')}; there are ${[...benches.keys()].join(', ')}`,
    );
  const results: BenchResult[] = [];
  for (const name of names) {
    const result = await runOne(name, benches.get(name)!, isWhole);
    results.push(result);
    process.stdout.write(
      `\n## ${name}: ${benches.get(name)!.about} (${result.seconds.toFixed(0)} s)\n\n`,
    );
    process.stdout.write(tableOf(result.findings));
    if (result.error !== undefined) process.stdout.write(`\nended early: ${result.error}\n`);
  }
  if (values.json !== undefined)
    writeFileSync(values.json, jsonReport(results, process.argv.slice(2)));
  process.exitCode = results.some(({ error }) => error !== undefined) ? 1 : 0;
}

await main();
