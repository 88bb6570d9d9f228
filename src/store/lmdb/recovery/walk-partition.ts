/**
 * Reads every page and every block of a partition. Runs in a child process: LMDB maps its file, so that a
 * truncated or overwritten one ends whoever walks it.
 */
import { checkBody } from '../body-format.ts';
import { decodeHead } from '../head-format.ts';
import { Partition } from '../partition.ts';

export interface WalkReport {
  readonly blocks: number;
  readonly spans: number;
  readonly arrivalMax: number;
  readonly newestMs: number;
  readonly damaged: readonly { readonly block: number; readonly reason: string }[];
}

/** Never writes. @throws on damage that LMDB itself notices */
export async function walkPartition(path: string): Promise<WalkReport> {
  const partition = new Partition(path, { readOnly: true });
  const damaged: { block: number; reason: string }[] = [];
  let spans = 0;
  let arrivalMax = 0;
  let newestMs = 0;
  const blocks = partition.blockCount();
  for (let block = 0; block < blocks; block++) {
    try {
      const head = decodeHead(present(partition.head(block), 'head'));
      const body = checkBody(present(partition.body(block), 'body'));
      if (body.blockNumber !== block || body.spanCount !== head.spanCount)
        throw new Error('head and body disagree');
      spans += head.spanCount;
      arrivalMax = Math.max(arrivalMax, head.arrivalMax);
      newestMs = Math.max(newestMs, head.writtenAtMs);
    } catch (error) {
      damaged.push({ block, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  for (const _ of partition.statisticsBetween(0, 0xffffffff)) {
    // Only that every page can be read; each minute carries a checksum of its own.
  }
  partition.traceIndex();
  await partition.close();
  return { blocks, spans, arrivalMax, newestMs, damaged };
}

function present(bytes: Buffer | undefined, what: string): Buffer {
  if (bytes === undefined) throw new Error(`the ${what} is missing`);
  return bytes;
}
