/**
 * `synton compact`: rewrites everything that is closed into columns, now, and removes what interrupted work left.
 *
 * A running Synton is asked to, and goes on with it whatever becomes of this command. Where none runs, the directory is opened under its
 * lock and compacted here; Ctrl-C then ends it: what was rewritten stays so, the rest is as it was.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { LoadedConfig } from '../config/config.ts';
import type { CompactionReport, CompactionState } from '../model/storage-inventory.ts';
import type { Logger } from '../telemetry/logger.ts';
import { printable } from '../telemetry/printable.ts';
import { type ApiInput, askApi } from './api-client.ts';
import { findStorage, type ServedStorage, STORAGE_PATH } from './find-storage.ts';
import { plural } from './storage-text.ts';
import { humanBytes, humanCount, humanNano, jsonText } from './text-table.ts';

export interface CompactInput extends ApiInput {
  readonly json: boolean;
  readonly removeDamaged: boolean;
}

const POLL_MS = 500;
const STOPPED_CODE = 130;

/** What was done, as it is printed. */
interface Outcome {
  readonly report: CompactionReport;
  readonly setAsideRemoved?: { readonly folders: number; readonly bytes: number } | undefined;
  /** That are there still. */
  readonly setAside: { readonly folders: number; readonly bytes: number };
  /** Of the whole process; absent where a service did it. */
  readonly cpuMs?: number;
}

/** @returns the exit code */
export async function compact(input: CompactInput): Promise<0 | 1 | 130> {
  const found = await findStorage(input);
  return found.where === 'service'
    ? compactService(found.url, found.answer, input)
    : compactHere(found.loaded, input);
}

async function compactService(
  url: string,
  before: ServedStorage,
  { json, removeDamaged }: CompactInput,
): Promise<0 | 1 | 130> {
  const stop = stopSignal();
  const query = removeDamaged ? '?remove_damaged=true' : '';
  const { run } = await askApi<CompactionState>(url, `${STORAGE_PATH}/compact${query}`, 'POST');
  say(
    before.compaction.status === 'running' && before.compaction.run === run
      ? `joining the compaction that runs at ${url}`
      : `compacting at ${url}`,
  );
  const progress = new Progress();
  while (true) {
    await wait(POLL_MS, undefined, { signal: stop }).catch(() => {});
    if (stop.aborted) {
      say('no longer waited for: the service goes on with it');
      return STOPPED_CODE;
    }
    const { compaction, rewriting, setAside } = await askApi<ServedStorage>(url, STORAGE_PATH);
    if (compaction.run < run) throw new Error(`the Synton at ${url} was started anew meanwhile`);
    if (compaction.run === run && compaction.status === 'running') {
      progress.show(rewriting.waiting);
      continue;
    }
    const { report, setAsideRemoved, detail } = compaction;
    if (report === undefined) throw new Error(`${url} could not compact: ${detail ?? 'unknown'}`);
    return done({ report, setAsideRemoved, setAside }, json);
  }
}

async function compactHere(
  { config }: LoadedConfig,
  { json, removeDamaged }: CompactInput,
): Promise<0 | 1 | 130> {
  const { compactDirectory } = await import('../data-directory.ts');
  const { path } = config.instrument.persistence;
  const progress = new Progress();
  const { isStopped, report, setAsideRemoved, before, after, cpuMs } = await compactDirectory(
    config,
    {
      removeSetAside: removeDamaged,
      stop: stopSignal(),
      log: STDERR_LOG,
      progress: (left) => progress.show(left),
    },
  );
  if (isStopped || report === undefined) {
    const rewritten = after.columns.partitions - before.columns.partitions;
    say(
      `stopped: ${plural(Math.max(0, rewritten), 'partition')} of ${path} rewritten, the rest is as it was`,
    );
    return STOPPED_CODE;
  }
  return done({ report, setAsideRemoved, setAside: after.setAside, cpuMs }, json);
}

function done(outcome: Outcome, json: boolean): 0 | 1 {
  process.stdout.write(json ? jsonText(outcome) : outcomeText(outcome));
  return outcome.report.failed > 0 ? 1 : 0;
}

function outcomeText({ report, setAsideRemoved, setAside, cpuMs }: Outcome): string {
  const { partitions, spans, bytesBefore, bytesAfter, spansHeld, failed, workedMs, leftovers } =
    report;
  const perSpan = (bytes: number) =>
    spansHeld === 0 ? '' : `, ${(bytes / spansHeld).toFixed(1)} bytes a span`;
  const cost = spans === 0 ? '' : `, ${humanNano((workedMs * 1e6) / spans)} a span`;
  const lines = [
    partitions === 0
      ? 'nothing was left to rewrite'
      : `${plural(partitions, 'partition')} with ${humanCount(spans)} spans rewritten in ${humanNano(workedMs * 1e6)}${cost}`,
    `  before  ${humanBytes(bytesBefore)}${perSpan(bytesBefore)}`,
    `  after   ${humanBytes(bytesAfter)}${perSpan(bytesAfter)}`,
  ];
  if (cpuMs !== undefined) lines.push(`  CPU     ${humanNano(cpuMs * 1e6)} in all`);
  if (leftovers.entries > 0)
    lines.push(
      `  left over, and removed: ${plural(leftovers.entries, 'entry', 'entries')}, ${humanBytes(leftovers.bytes)}`,
    );
  if (setAsideRemoved !== undefined)
    lines.push(
      `  set aside as damaged, and removed: ${plural(setAsideRemoved.folders, 'folder')}, ${humanBytes(setAsideRemoved.bytes)}`,
    );
  else if (setAside.folders > 0)
    lines.push(
      `  set aside as damaged: ${plural(setAside.folders, 'folder')}, ${humanBytes(setAside.bytes)}; --remove-damaged removes them`,
    );
  if (failed > 0)
    lines.push(`  ${plural(failed, 'partition')} could not be rewritten: the log says why`);
  return `${lines.join('\n')}\n`;
}

/** What is left to do, whenever that has changed. */
class Progress {
  #shown = '';

  show({ partitions, bytes }: { readonly partitions: number; readonly bytes: number }): void {
    const text = `${plural(partitions, 'partition')} of ${humanBytes(bytes)} to go`;
    if (text === this.#shown) return;
    this.#shown = text;
    say(text);
  }
}

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(STOPPED_CODE);
      stop.abort();
    });
  return stop.signal;
}

function say(text: string): void {
  process.stderr.write(`synton: ${printable(text)}\n`);
}

/** What the store has to say while it is open here. */
const STDERR_LOG: Logger = {
  info: (_, message) => say(message),
  warn: (fields, message) => say(`${message} ${JSON.stringify(fields)}`),
  error: (fields, message) => say(`${message} ${JSON.stringify(fields)}`),
};
