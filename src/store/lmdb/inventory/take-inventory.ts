/**
 * The inventory of a data directory, from names, sizes, the catalogue and what KnownContents can tell. Asks nobody and changes nothing.
 *
 * In turns: after TURN partitions the thread does something else. What is rewritten or expires meanwhile may be counted in the form
 * that it had, or not at all.
 */
import { basename, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type {
  ForwardingFolder,
  StorageContents,
  StorageForm,
  StorageInventory,
  StorageRetention,
  StorageShare,
} from '../../../model/storage-inventory.ts';
import { readCursor } from '../../cursor-file.ts';
import type { PartitionRecord } from '../catalogue.ts';
import { bytesOf, type DataFiles, dataFiles, type FileSizes } from './data-files.ts';
import { FILES_OF, type Leftover, leftoversOf, OURS, sumOf } from './leftovers.ts';
import { type KnownContents, NOTHING } from './storage-contents.ts';

export interface InventoryHost {
  readonly dataPath: string;
  readonly contents: KnownContents;
  readonly records: () => readonly PartitionRecord[];
  /** Whether it may be opened. */
  readonly isSound: (record: PartitionRecord) => boolean;
  /** Of the partition that is written to: the catalogue learns of them when it is closed. */
  readonly openTotals: (
    record: PartitionRecord,
  ) => Promise<{ readonly spans: number; readonly newestMs: number } | undefined>;
  readonly retention: { readonly maxAgeMs: number; readonly maxBytes: number };
}

export type TakenInventory = Omit<StorageInventory, 'rewriting' | 'takenUnixNano'> & {
  readonly waiting: StorageShare;
};

const TURN = 32;

/** @throws on an I/O fault */
export async function takeInventory(host: InventoryHost): Promise<TakenInventory> {
  const files = dataFiles(host.dataPath);
  const records = host.records();
  host.contents.keep(records);
  const sums = { blocks: new Sum(), columns: new Sum() };
  const waiting = new Sum();
  let unchecked = 0;
  let damaged = 0;
  let newestMs = 0;
  for (const [i, record] of records.entries()) {
    if (i % TURN === TURN - 1) await turn();
    const {
      spans,
      newestMs: itsNewestMs,
      isDamaged,
      isSound,
      contents,
      bytes,
    } = await looked(host, files, record);
    if (isDamaged) damaged++;
    else if (!isSound) unchecked++;
    newestMs = Math.max(newestMs, itsNewestMs);
    sums[record.form].add(spans, bytes, contents);
    if (record.form === 'blocks' && record.state === 'closed') waiting.add(spans, bytes, contents);
  }
  const total = sums.blocks.with(sums.columns);
  const setAside = files.setAside.reduce((sum, folder) => sum + bytesOf(folder.files), 0);
  const left = leftoversOf(host.dataPath, files, records);
  const leftovers = sumOf(left);
  const forwarding = files.forwarding.map(({ name, files: its }) =>
    forwardingFolder(join(host.dataPath, 'forward', name), name, its),
  );
  const otherBytes = files.otherBytes + strangers(files, records, left);
  const oldest = records.find(({ state }) => state !== 'damaged');
  return {
    bytes:
      total.bytes +
      setAside +
      leftovers.bytes +
      forwarding.reduce((sum, { bytes }) => sum + bytes, 0) +
      otherBytes,
    total: total.share,
    blocks: sums.blocks.form,
    columns: sums.columns.form,
    unchecked,
    damaged,
    setAside: { folders: files.setAside.length, bytes: setAside },
    leftovers,
    forwarding,
    otherBytes,
    ...(oldest !== undefined && {
      oldestUnixNano: nanoOf(oldest.openedAtMs),
      newestUnixNano: nanoOf(newestMs),
    }),
    retention: retentionOf(host.retention, records, total.bytes),
    waiting: waiting.share,
  };
}

async function looked(host: InventoryHost, files: DataFiles, record: PartitionRecord) {
  const its = ownFiles(files, record);
  const bytes = bytesOf(its);
  let { spans, newestMs } = record;
  let isDamaged = record.state === 'damaged';
  let isSound = !isDamaged && host.isSound(record);
  if (isSound && record.state === 'open')
    ({ spans, newestMs } = (await host.openTotals(record)) ?? record);
  let contents: StorageContents = { ...NOTHING, unknown: bytes };
  try {
    contents = host.contents.of(record, its, isSound);
  } catch {
    // Whoever reads its spans reports what is the matter. One that was rewritten or went meanwhile has nothing the matter.
    const now = host.records().find(({ number }) => number === record.number);
    isDamaged ||= now?.form === record.form;
    isSound = false;
  }
  return { spans: isDamaged ? 0 : spans, newestMs, isDamaged, isSound, contents, bytes };
}

/** Those of its form; of a damaged one, whatever there is. */
function ownFiles({ partitions }: DataFiles, { number, form, state }: PartitionRecord): FileSizes {
  const files = partitions.get(number) ?? new Map<string, number>();
  if (state === 'damaged') return files;
  return new Map([...files].filter(([name]) => FILES_OF[form].has(name)));
}

/** What lies in `partitions` and is neither part of a form nor left over: others' files, and salvage that is still to be put in place. */
function strangers(
  files: DataFiles,
  records: readonly PartitionRecord[],
  leftovers: readonly Leftover[],
): number {
  const known = new Set(
    records.filter(({ state }) => state !== 'damaged').map(({ number }) => number),
  );
  const left = new Set(leftovers.map(({ path }) => basename(path)));
  let bytes = 0;
  for (const [number, its] of files.partitions)
    if (known.has(number)) for (const [name, size] of its) if (!OURS.has(name)) bytes += size;
  for (const { name, files: its } of files.salvaged) if (!left.has(name)) bytes += bytesOf(its);
  return bytes;
}

function forwardingFolder(path: string, name: string, files: FileSizes): ForwardingFolder {
  const letters = [...files].filter(([file]) => file.endsWith('.letter'));
  const cursor = readCursor(path);
  return {
    name,
    bytes: bytesOf(files),
    ...(cursor !== undefined && {
      cursor: { partition: cursor.partition, block: cursor.block },
    }),
    deadLetters: {
      requests: letters.length,
      bytes: letters.reduce((sum, [, size]) => sum + size, 0),
    },
  };
}

/** As PartitionWriter.expire goes about it: closed partitions, the oldest first. */
function retentionOf(
  { maxAgeMs, maxBytes }: InventoryHost['retention'],
  records: readonly PartitionRecord[],
  total: number,
): StorageRetention {
  const next = records.find(({ state }) => state !== 'open');
  if (next === undefined) return { maxAgeMs, maxBytes };
  const { number, spans, bytes, newestMs } = next;
  return {
    maxAgeMs,
    maxBytes,
    next: {
      partition: number,
      spans,
      bytes,
      ...(maxAgeMs > 0 && { expiresUnixNano: nanoOf(newestMs + maxAgeMs) }),
      bytesUntil: Math.max(0, maxBytes - total),
    },
  };
}

class Sum {
  bytes = 0;
  #partitions = 0;
  #spans = 0;
  #contents: StorageContents = NOTHING;

  add(spans: number, bytes: number, contents: StorageContents): void {
    this.#partitions++;
    this.#spans += spans;
    this.bytes += bytes;
    this.#contents = added(this.#contents, contents);
  }

  with(other: Sum): Sum {
    const sum = new Sum();
    sum.#partitions = this.#partitions + other.#partitions;
    sum.#spans = this.#spans + other.#spans;
    sum.bytes = this.bytes + other.bytes;
    return sum;
  }

  get share(): StorageShare {
    const spans = this.#spans;
    return {
      partitions: this.#partitions,
      spans,
      bytes: this.bytes,
      ...(spans > 0 && { bytesPerSpan: Math.round((this.bytes / spans) * 100) / 100 }),
    };
  }

  get form(): StorageForm {
    return { ...this.share, contents: this.#contents };
  }
}

function added(a: StorageContents, b: StorageContents): StorageContents {
  return {
    spans: a.spans + b.spans,
    directory: a.directory + b.directory,
    traces: a.traces + b.traces,
    values: a.values + b.values,
    statistics: a.statistics + b.statistics,
    free: a.free + b.free,
    other: a.other + b.other,
    unknown: a.unknown + b.unknown,
  };
}

function nanoOf(ms: number): bigint {
  return BigInt(Math.round(ms)) * 1_000_000n;
}
