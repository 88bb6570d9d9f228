/**
 * The child process that touches partitions nobody vouches for: `walk JOB…` (WalkJob as JSON) reads them, a line
 * of JSON each; `salvage DAMAGED NEW` saves what it can. A crash of it says which partition is damaged.
 */
import { setPriority } from 'node:os';
import { salvagePartition } from './salvage-partition.ts';
import { type WalkJob, walkPartition } from './walk-partition.ts';

async function run(): Promise<void> {
  const [mode, ...args] = process.argv.slice(2);
  setPriority(10);
  if (mode === 'salvage') {
    say({ path: args[0], report: await salvagePartition(args[0]!, args[1]!) });
    return;
  }
  for (const arg of args) {
    const job = JSON.parse(arg) as WalkJob;
    const { path } = job;
    // Said first, so that a crash has a name.
    say({ path });
    try {
      say({ path, report: await walkPartition(job) });
    } catch (error) {
      say({ path, error: error instanceof Error ? error.message : String(error) });
    }
  }
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

await run();
