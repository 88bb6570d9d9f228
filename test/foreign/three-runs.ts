/**
 * One program three times: as it is, with `synton/register` before it, and under `synton run`. What it wrote and how
 * it ended is the same each time, or it is told how not.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endOf } from '../support/end-of.ts';
import type { Collector, Seen } from './collector.ts';
import type { ForeignProgram } from './programs.ts';

export interface Scene {
  /** The build under test. */
  readonly dist: string;
  /** For what the runs leave. */
  readonly folder: string;
  readonly collector: Collector;
}

export interface Outcome {
  readonly cases: number;
  readonly functions: number;
  readonly seen: Seen;
  readonly seconds: { readonly plain: number; readonly watched: number };
  /** Empty where all is the same. */
  readonly differences: readonly string[];
}

interface Ran {
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly end: string;
  readonly seconds: number;
  readonly isUnordered: boolean;
}

const DIFFERENCES_MAX = 20;
const TEXT_MAX = 400;

export async function threeRuns(scene: Scene, program: ForeignProgram): Promise<Outcome> {
  const { dist, collector } = scene;
  const cache = join(scene.folder, `cache-${program.name.replace(/\W/g, '-')}`);
  mkdirSync(cache, { recursive: true });
  const register = pathToFileURL(join(dist, 'register/index.js')).href;
  const [first, second] = [newTrace(), newTrace()];
  const watched = (trace: string): Record<string, string> => ({
    SYNTON_ENDPOINT: collector.endpoint,
    SYNTON_INCLUDE: program.include.join(),
    SYNTON_CACHE: cache,
    TRACEPARENT: `00-${trace}-${'b'.repeat(16)}-01`,
    ...(program.isSuite && { NODE_OPTIONS: `--import ${register}` }),
  });
  // Whatever is imported first, the entry goes by way of the loader for ES modules.
  const plainArgs = ['--import', 'data:text/javascript,', ...program.args];
  // The processes that a suite starts are watched too.
  const registerArgs = program.isSuite ? plainArgs : ['--import', register, ...program.args];
  const command = ['run', '--quiet', '--api', collector.api, '--', process.execPath];
  const runArgs = [join(dist, 'bin.js'), ...command, ...program.args];
  const plain = await ran(program, plainArgs, {});
  const registered = await ran(program, registerArgs, watched(first));
  let differences = between('register', plain, registered);
  if (program.isSuite && differences.length > 0) {
    // A test that ends now so, now so is told by a second time.
    const again = [
      await ran(program, plainArgs, {}),
      await ran(program, registerArgs, watched(first)),
    ];
    const seenTwice = new Set(between('register', again[0]!, again[1]!));
    differences = differences.filter((difference) => seenTwice.has(difference));
  }
  const ways = [['register', first]];
  if (!program.isSuite) {
    differences.push(...between('run', plain, await ran(program, runArgs, watched(second))));
    ways.push(['run', second]);
  }
  let seen: Seen = { calls: 0, spans: 0 };
  for (const [way, trace] of ways) {
    seen = await collector.seenIn(trace!);
    if (seen.calls === 0 || seen.spans === 0) differences.push(`${way}: no call was seen`);
  }
  if (plain.stdout.length === 0) differences.push('it wrote nothing');
  return {
    cases: plain.stdout.length,
    functions: rewrittenIn(cache),
    seen,
    seconds: { plain: plain.seconds, watched: registered.seconds },
    differences: differences.slice(0, DIFFERENCES_MAX),
  };
}

function newTrace(): string {
  return randomBytes(16).toString('hex');
}

async function ran(
  program: ForeignProgram,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> {
  const { PATH = '', HOME = '' } = process.env;
  const { loader, cwd, secondsMax, isUnordered } = program;
  const startMs = performance.now();
  const child = spawn(process.execPath, args, {
    ...(cwd !== undefined && { cwd }),
    env: {
      ...{ PATH, HOME, TZ: 'UTC' },
      ...(loader !== undefined && { NODE_OPTIONS: `--import ${loader}` }),
      ...program.env,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // With all that it starts.
    detached: true,
  });
  const overdue = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), secondsMax * 1_000);
  try {
    const { code, signal, stdout, stderr } = await endOf(child);
    return {
      stdout: linesOf(stdout),
      stderr: linesOf(comparable(stderr)),
      end: signal === null ? `exit code ${code}` : signal,
      seconds: (performance.now() - startMs) / 1_000,
      isUnordered: isUnordered ?? false,
    };
  } finally {
    clearTimeout(overdue);
  }
}

/** Lines stay; columns move, and processes have numbers. */
function comparable(stderr: string): string {
  return stderr.replace(/(:\d+):\d+\b/g, '$1').replace(/\(node:\d+\)/g, '(node)');
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function between(way: string, plain: Ran, watched: Ran): string[] {
  const { isUnordered } = plain;
  const ended = plain.end === watched.end ? [] : [`${way}: ${plain.end} became ${watched.end}`];
  return [
    ...ended,
    ...(isUnordered ? [] : differing(`${way}, stderr`, plain.stderr, watched.stderr)),
    ...(isUnordered ? missing : differing)(way, plain.stdout, watched.stdout),
  ];
}

function differing(where: string, plain: readonly string[], watched: readonly string[]): string[] {
  const told: string[] = [];
  for (let at = 0; at < Math.max(plain.length, watched.length); at++) {
    const [before, after] = [plain[at] ?? '(nothing)', watched[at] ?? '(nothing)'];
    if (before === after) continue;
    // What stands before the first difference says little.
    let same = 0;
    while (before[same] === after[same]) same++;
    const from = Math.max(0, same - 60);
    const cut = (line: string): string => line.slice(from, from + TEXT_MAX);
    told.push(
      `${where}, line ${at + 1} ${before.slice(0, 60)}\n  - ${cut(before)}\n  + ${cut(after)}`,
    );
  }
  return told;
}

/** Lines that one of them has more often. */
function missing(where: string, plain: readonly string[], watched: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of plain) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of watched) counts.set(line, (counts.get(line) ?? 0) - 1);
  return [...counts].flatMap(([line, count]) =>
    count === 0 ? [] : `${where}: ${count > 0 ? '-' : '+'} ${line}`,
  );
}

/** As many functions as the modules have that were rewritten. */
function rewrittenIn(cache: string): number {
  return readdirSync(cache)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readFileSync(join(cache, name), 'utf8'))
    .map((text) => JSON.parse(text.slice(text.indexOf('\n') + 1)) as Rewritten | null)
    .reduce((sum, made) => sum + (made?.functions.length ?? 0), 0);
}

interface Rewritten {
  readonly functions: readonly unknown[];
}
