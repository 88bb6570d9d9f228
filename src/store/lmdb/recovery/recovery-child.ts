/**
 * The child process that touches partitions nobody vouches for: `walk PATH…` reads them, a line of JSON each;
 * `salvage DAMAGED NEW` saves what it can. A crash of it says which partition is damaged.
 */
import { setPriority } from 'node:os';
import { salvagePartition } from './salvage-partition.ts';
import { walkPartition } from './walk-partition.ts';

async function run(): Promise<void> {
  const [mode, ...paths] = process.argv.slice(2);
  setPriority(10);
  if (mode === 'salvage') {
    say({ path: paths[0], report: await salvagePartition(paths[0]!, paths[1]!) });
    return;
  }
  for (const path of paths) {
    // Said first, so that a crash has a name.
    say({ path });
    try {
      say({ path, report: await walkPartition(path) });
    } catch (error) {
      say({ path, error: error instanceof Error ? error.message : String(error) });
    }
  }
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

await run();
