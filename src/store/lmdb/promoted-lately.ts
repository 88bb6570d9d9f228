/**
 * Traces that earlier lives of the writer promoted, from the two youngest partitions: their late spans are still to be
 * kept. At most PROMOTED_MAX of them, the youngest.
 */
import type { CommitSignal } from '../commit-signal.ts';
import { SoundPartitions } from './sound-partitions.ts';

const PARTITIONS = 2;
const PROMOTED_MAX = 65_536;

/** Four words a trace. Asked once everything an earlier life left has been checked. */
export async function promotedLately(
  dataPath: string,
  commitSignal: CommitSignal,
): Promise<Uint32Array> {
  const partitions = new SoundPartitions(dataPath, commitSignal);
  try {
    const closed = partitions.records().filter(({ state }) => state === 'closed');
    const found: Uint32Array[] = [];
    for (const { number } of closed.slice(-PARTITIONS)) {
      const partition = await partitions.open(number);
      if (partition !== undefined) found.push(partition.promoted().slice(-PROMOTED_MAX * 4));
    }
    const words = new Uint32Array(found.reduce((sum, { length }) => sum + length, 0));
    found.reduce((at, part) => {
      words.set(part, at);
      return at + part.length;
    }, 0);
    return words.slice(-PROMOTED_MAX * 4);
  } finally {
    partitions.close();
  }
}
