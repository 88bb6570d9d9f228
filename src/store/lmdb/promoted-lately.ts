/**
 * Traces that earlier lives of the writer promoted, from the heads of the two youngest partitions: their late
 * spans are still to be kept. At most PROMOTED_MAX of them, the youngest.
 */
import type { Catalogue } from './catalogue.ts';
import { Partition, partitionPath } from './partition.ts';
import { readableHeads } from './partition-writer.ts';

const PARTITIONS = 2;
const PROMOTED_MAX = 65_536;

/** Four words a trace. Maps only partitions that were found sound. */
export async function promotedLately(dataPath: string, catalogue: Catalogue): Promise<Uint32Array> {
  const words: number[] = [];
  const youngest = catalogue
    .partitions()
    .filter(({ checkedBoot, state }) => state === 'closed' && checkedBoot === catalogue.boot)
    .slice(-PARTITIONS);
  for (const { number } of youngest) {
    const partition = new Partition(partitionPath(dataPath, number), { readOnly: true });
    for (const { promoted } of readableHeads(partition)) words.push(...promoted);
    await partition.close();
  }
  return Uint32Array.from(words.slice(-PROMOTED_MAX * 4));
}
