/**
 * Reads every page and every block of a partition, and sees to its trace index. Runs in a child process: LMDB
 * maps its file, so that a truncated or overwritten one ends whoever walks it.
 *
 * A block whose checksum fails is damaged, and that is all. A tree that lacks blocks is another matter: pages
 * are damaged, and the partition is to be salvaged.
 */
import { join } from 'node:path';
import { headOfBody } from '../block.ts';
import { checkBody } from '../body-format.ts';
import { type BlockHead, soundHead } from '../head-format.ts';
import { Partition, partitionBytes, writeTraceIndex } from '../partition.ts';
import { DATA_FILE } from '../partition-path.ts';
import { hasSoundMetas, rawBodies } from './raw-partition.ts';

export interface WalkJob {
  readonly path: string;
  /** Of a partition that was closed: how many blocks it has. */
  readonly blocks?: number;
}

export interface DamagedBlockReport {
  readonly block: number;
  readonly reason: string;
  /** 0 where its head does not say. */
  readonly spans: number;
}

export interface WalkReport {
  /** Damaged ones included. */
  readonly blocks: number;
  readonly spans: number;
  readonly arrivalMax: number;
  readonly newestMs: number;
  /** On disk. */
  readonly bytes: number;
  readonly damaged: readonly DamagedBlockReport[];
}

/** No block takes less of the file. */
const BLOCK_BYTES_MIN = 64;

/** Writes nothing but the trace index. @throws on damage to the tree */
export async function walkPartition({ path, blocks }: WalkJob): Promise<WalkReport> {
  const file = join(path, DATA_FILE);
  if (!hasSoundMetas(file)) throw new Error('its meta pages do not follow each other');
  const partition = new Partition(path, { readOnly: true });
  const walk = new Walk(partition);
  const highest = partition.blockCount();
  if (highest > partitionBytes(path) / BLOCK_BYTES_MIN)
    throw new Error(`it cannot have ${highest} blocks`);
  for (let block = 0; block < highest; block++) walk.look(block);
  for (const _ of partition.statisticsBetween(0, 0xffffffff)) {
    // Only that every page can be read; each minute carries a checksum of its own.
  }
  const hasIndex = partition.traceIndex() !== undefined;
  await partition.close();
  if (blocks === undefined) refuseGaps(walk, file, highest);
  else if (walk.blocks < blocks)
    throw new Error(`${walk.blocks} of its ${blocks} blocks can be reached`);
  if (walk.heads.length > 0 && (blocks === undefined || !hasIndex))
    writeTraceIndex(path, walk.heads);
  return walk.report(partitionBytes(path));
}

/** Of a partition that was not closed, its own file alone knows how many blocks there should be. */
function refuseGaps(walk: Walk, file: string, highest: number): void {
  if (walk.blocks !== highest)
    throw new Error(`${walk.blocks} of its ${highest} blocks can be reached`);
  for (const body of rawBodies(file)) {
    const { blockNumber } = checkBody(body);
    // One more may lie there, of a commit that was cut short.
    if (blockNumber > highest)
      throw new Error(`block ${blockNumber} cannot be reached, only ${highest} before it`);
  }
}

class Walk {
  readonly heads: BlockHead[] = [];
  blocks = 0;
  #newestMs = 0;
  readonly #partition: Partition;
  readonly #damaged: DamagedBlockReport[] = [];

  constructor(partition: Partition) {
    this.#partition = partition;
  }

  look(block: number): void {
    const bytes = this.#partition.head(block);
    const body = this.#partition.body(block);
    if (bytes === undefined || body === undefined) return;
    this.blocks++;
    const head = soundHead(bytes);
    try {
      const said = checkBody(body);
      const sound = head ?? headOfBody(body);
      if (said.blockNumber !== block || sound.blockNumber !== block)
        throw new Error('it is another block');
      if (said.spanCount !== sound.spanCount) throw new Error('head and body disagree');
      this.heads.push(sound);
      this.#newestMs = Math.max(this.#newestMs, sound.writtenAtMs);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#damaged.push({ block, reason, spans: head?.spanCount ?? 0 });
    }
  }

  report(bytes: number): WalkReport {
    return {
      blocks: this.blocks,
      spans: this.heads.reduce((sum, { spanCount }) => sum + spanCount, 0),
      arrivalMax: this.heads.reduce((max, head) => Math.max(max, head.arrivalMax), 0),
      newestMs: this.#newestMs,
      bytes,
      damaged: this.#damaged,
    };
  }
}
