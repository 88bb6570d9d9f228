/**
 * `npm run foreign`: programs that are not ours do what they did, with their functions watched and not. Ends with 1 where
 * any does something else, or where no call of it was seen.
 *
 *   npm run foreign [-- NAME…] [--dist FOLDER] [--full]
 *
 * Bounded: each run of a program by its own limit, all of it by MINUTES_MAX, or with --full by FULL_MINUTES_MAX.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleGraphql } from './bundle.ts';
import { Collector } from './collector.ts';
import { bundled, DRIVEN, FOLDER, type ForeignProgram } from './programs.ts';
import { SUITE_NAMES, suites } from './suites.ts';
import { type Outcome, threeRuns } from './three-runs.ts';

const MINUTES_MAX = 8;
/** All of the suites. */
const FULL_MINUTES_MAX = 30;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dist: { type: 'string', default: join(FOLDER, '../../dist') },
    full: { type: 'boolean', default: false },
  },
});

const HEAD = [
  'program',
  'kind',
  'cases',
  'functions',
  'calls',
  'spans',
  '',
  's plain',
  's watched',
];

function row({ name, kind }: ForeignProgram, outcome: Outcome): string[] {
  const { cases, functions, seen, seconds, differences } = outcome;
  return [
    ...[name, kind, String(cases), String(functions), String(seen.calls), String(seen.spans)],
    differences.length === 0 ? 'same' : 'DIFFERENT',
    ...[seconds.plain.toFixed(1), seconds.watched.toFixed(1)],
  ];
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  return rows
    .map(
      (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |\n`,
    )
    .join('');
}

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'foreign-programs-')));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const minutesMax = values.full ? FULL_MINUTES_MAX : MINUTES_MAX;
const overdue = setTimeout(() => {
  process.stderr.write(`not done within ${minutesMax} minutes\n`);
  process.exit(1);
}, minutesMax * 60_000);

const dist = resolve(values.dist);
const collector = await Collector.start(dist, folder);
await bundleGraphql(folder);
const isAsked = ({ name }: Pick<ForeignProgram, 'name'>): boolean =>
  positionals.length === 0 || positionals.includes(name);
const programs = [
  ...[...DRIVEN, bundled(folder)].filter(isAsked),
  ...suites(
    folder,
    SUITE_NAMES.filter((name) => isAsked({ name })),
    values.full,
  ),
];
if (programs.length === 0) throw new Error(`no such program: ${positionals.join(', ')}`);
const rows: string[][] = [HEAD];
for (const program of programs) {
  const outcome = await threeRuns({ dist, folder, collector }, program);
  const { differences } = outcome;
  process.stdout.write(`${program.name}: ${differences.length === 0 ? 'same' : 'DIFFERENT'}\n`);
  for (const difference of differences) process.stdout.write(`  ${difference}\n`);
  if (differences.length > 0) process.exitCode = 1;
  rows.push(row(program, outcome));
}
await collector.stop();
clearTimeout(overdue);
const same = rows.filter((cells) => cells[6] === 'same').length;
process.stdout.write(`\n${table(rows)}\n${same} of ${rows.length - 1} programs did the same.\n`);
