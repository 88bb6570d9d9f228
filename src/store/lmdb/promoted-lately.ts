/**
 * Traces that earlier lives of the writer promoted, from the two youngest partitions: their late spans are still to be
 * kept. At most PROMOTED_MAX of them, the youngest.
 */
import type { SoundPartitions } from './sound-partitions.ts';

const PARTITIONS = 2;
const PROMOTED_MAX = 65_536;

/** Four words a trace. Asked once everything an earlier life left has been checked. */
export async function promotedLately(partitions: SoundPartitions): Promise<Uint32Array> {
  const words: number[] = [];
  const closed = partitions.records().filter(({ state }) => state === 'closed');
  for (const { number } of closed.slice(-PARTITIONS)) {
    const partition = await partitions.open(number);
    if (partition !== undefined) words.push(...partition.promoted());
  }
  return Uint32Array.from(words.slice(-PROMOTED_MAX * 4));
}
