/**
 * The faults that need long loops, root, or patience. Prints what became of every span that was answered for, and
 * ends with 1 where any was lost or changed.
 *
 *   npm run faults                   a few minutes
 *   npm run faults -- --full         the whole matrix: hours of it are loops
 *   npm run faults -- crashes flips  these alone
 *
 * Needs the built command (`npm run build`). Mounts small disks of its own where it runs as root.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FaultScene } from '../support/fault-scene.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import type { LedgerReport } from '../support/span-ledger.ts';
import { crashes } from './crashes.ts';
import { damaged, flipBits, specimen } from './damage.ts';
import { filledDisk, limitedFiles, unusableDisks } from './full-disk.ts';
import { killsWhileSending, outage } from './outages.ts';
import { killsWhileRewriting } from './rewrites.ts';
import { sigtermUnderLoad, standstill } from './stops.ts';

type Fault = (scene: FaultScene, full: boolean) => Promise<boolean>;

const ON_LINUX_AS_ROOT = process.platform === 'linux' && process.getuid?.() === 0;

const FAULTS: Readonly<Record<string, Fault>> = {
  async crashes(scene, full) {
    const { stored, forwarded } = await crashes(scene, {
      kills: full ? 100 : 20,
      killsInRecovery: full ? 20 : 5,
    });
    return all(tell('stored', stored), tell('forwarded', forwarded));
  },

  async 'crashes-json'(scene, full) {
    const options = {
      kills: full ? 50 : 5,
      killsInRecovery: full ? 10 : 2,
      format: 'json',
    } as const;
    const { stored, forwarded } = await crashes(scene, options);
    return all(tell('stored', stored), tell('forwarded', forwarded));
  },

  async rewrites(scene, full) {
    const { stored, rewritten, partitions, leftovers } = await killsWhileRewriting(
      scene,
      full ? 100 : 10,
    );
    return all(
      tell(`killed while rewriting, ${rewritten} of ${partitions} partitions in columns`, stored),
      rewritten === partitions,
      leftovers.length === 0,
    );
  },

  async signals(scene, full) {
    let held = true;
    for (let round = 0; round < (full ? 20 : 2); round++) {
      const term = await sigtermUnderLoad(scene);
      held &&= all(tell('SIGTERM', term.stored), term.ended.code === 0);
      const twice = await sigtermUnderLoad(scene, { hangs: true, againAfterMs: round * 20 });
      held &&= all(tell('SIGTERM twice', twice.stored), twice.tookMs < 2000);
    }
    const hung = await sigtermUnderLoad(scene, { hangs: true });
    return all(held, tell('SIGTERM, hung request', hung.stored), hung.tookMs < 12_000);
  },

  async standstill(scene, full) {
    const { stored } = await standstill(scene, full ? 30_000 : 5_000);
    return tell('SIGSTOP, SIGCONT', stored);
  },

  async 'file-limit'(scene, full) {
    const { stored, partitions } = await limitedFiles(scene, full ? 64 : 16);
    return tell(`RLIMIT_FSIZE, ${partitions} partitions`, stored);
  },

  async 'full-disk'(scene, full) {
    if (!ON_LINUX_AS_ROOT) return skip('needs root on Linux, to mount a small disk');
    const { stored, takenAgain } = await filledDisk(scene, full ? 30 : 5);
    const said = await unusableDisks(scene);
    for (const line of said) print(line);
    return all(
      tell('filled and freed', stored),
      takenAgain.every((taken) => taken > 0),
      /^1: synton: [^\n]*ENOSPC[^\n]*$/.test(said[0]!),
      /^1: synton: [^\n]*EROFS[^\n]*$/.test(said[1]!),
    );
  },

  /** In processes of their own: should damage end one, its seeds are known. */
  async flips(_scene, full) {
    const batches = full ? 20 : 3;
    let held = true;
    for (let batch = 0; batch < batches; batch++) {
      try {
        const args = [import.meta.filename, '--flips-from', String(batch * 50)];
        print(execFileSync(process.execPath, args, { encoding: 'utf8' }).trimEnd());
      } catch (error) {
        print(`seeds ${batch * 50} to ${batch * 50 + 49}: ${(error as Error).message}`);
        held = false;
      }
    }
    return held;
  },

  async outage(scene, full) {
    return tell('destination away', await outage(scene, full ? 3600 : 20));
  },

  async 'kills-while-sending'(scene, full) {
    return tell('killed while sending', await killsWhileSending(scene, full ? 50 : 5));
  },
};

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function skip(why: string): true {
  print(`  skipped: ${why}`);
  return true;
}

function all(...held: readonly boolean[]): boolean {
  return held.every((one) => one);
}

function tell(what: string, report: LedgerReport): boolean {
  const figures = Object.entries(report).map(([name, count]) => `${name} ${count}`);
  print(`  ${what}: ${figures.join(', ')}`);
  return report.acked > 0 && report.lost + report.changed + report.unknown === 0;
}

/** Fifty random damages. */
async function flipTrials(from: number): Promise<boolean> {
  const scene = new FaultScene();
  const tally = { trials: 0, harmless: 0, blocksLost: 0, salvaged: 0, wrong: 0 };
  try {
    const whole = await specimen(scene);
    for (let seed = from; seed < from + 50; seed++) {
      const random = new SeededRandom(seed);
      const file = random.pick(
        random.below(5) === 0 ? whole.files : whole.files.filter((name) => name.endsWith('.mdb')),
      );
      const report = await damaged(scene, whole, (path) => flipBits(join(path, file), random));
      const wrong = report.changed + report.unknown + report.hidden > 0 || !report.writes;
      tally.trials++;
      if (wrong || (report.lost > 0 && report.said.length === 0)) {
        tally.wrong++;
        print(`  seed ${seed}, ${file}: ${JSON.stringify(report)}`);
      } else if (report.aside.length > 0) tally.salvaged++;
      else if (report.lost > 0) tally.blocksLost++;
      else tally.harmless++;
    }
  } finally {
    await scene.close();
  }
  print(`  seeds from ${from}: ${JSON.stringify(tally)}`);
  return tally.wrong === 0;
}

const { values, positionals } = parseArgs({
  options: { full: { type: 'boolean', default: false }, 'flips-from': { type: 'string' } },
  allowPositionals: true,
});

let held = true;
if (values['flips-from'] !== undefined) held = await flipTrials(Number(values['flips-from']));
else {
  for (const name of positionals.length > 0 ? positionals : Object.keys(FAULTS)) {
    const fault = FAULTS[name];
    if (fault === undefined) throw new Error(`there is no fault ${name}: ${Object.keys(FAULTS)}`);
    print(name);
    const scene = new FaultScene();
    const startedMs = performance.now();
    let holds = false;
    try {
      holds = await fault(scene, values.full);
    } catch (error) {
      print(`  ${error instanceof Error ? error.stack : error}`);
    } finally {
      await scene.close();
    }
    print(
      `  ${holds ? 'holds' : 'DOES NOT HOLD'} (${Math.round((performance.now() - startedMs) / 1000)} s)`,
    );
    held &&= holds;
  }
}
process.exitCode = held ? 0 : 1;
