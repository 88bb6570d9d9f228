/**
 * Which partitions there are: one small text file, replaced whole (written aside, flushed, renamed), by the
 * writer alone. Every thread reads it. A partition that is not in it does not exist, whatever lies in the
 * folder. Plain text and not LMDB, so that no damage to it can end the process: a catalogue that fails its
 * checksum is made again from the folder, and everything in the folder is checked.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { CommitSignal } from '../commit-signal.ts';
import { replaceFile } from '../replace-file.ts';
import { DATA_FILE, partitionPath, segmentPath } from './partition-path.ts';

/** Of the whole data directory. A higher one is refused, never guessed at. */
export const STORE_VERSION = 1;

const FILE = 'catalogue.json';

export interface PartitionRecord {
  readonly number: number;
  /** Which life of the writer made it, and which last found it sound: readers map no other. */
  readonly boot: string;
  readonly checkedBoot: string;
  /** `open` under an old boot: its writer was killed. `damaged`: nothing could be saved. */
  readonly state: 'open' | 'closed' | 'damaged';
  /** `blocks`: as they were written, in LMDB. `columns`: rewritten into one file, for good. */
  readonly form: 'blocks' | 'columns';
  readonly openedAtMs: number;
  /** Wall time of the last commit known; of a closed partition, exact. */
  readonly newestMs: number;
  readonly spans: number;
  /** Of the form that it lies in. */
  readonly blocks: number;
  readonly bytes: number;
  readonly arrivalMax: number;
  /** Of columns: how many blocks they were before, which is what cursors count. */
  readonly written?: number;
  /** How often a damaged file was replaced by what could be saved of it. */
  readonly repairs?: number;
}

/** What is remembered of a partition that retention removed, so that what it took is told. */
export interface ExpiredPartition {
  readonly number: number;
  readonly spans: number;
  readonly blocks: number;
}

/** The youngest of them. */
const EXPIRED_MAX = 1_000;

interface CatalogueFile {
  readonly version: number;
  /** The running writer's. */
  readonly boot: string;
  readonly partitions: readonly PartitionRecord[];
  readonly expired: readonly ExpiredPartition[];
}

/** How long the file is believed unchanged where no commit says otherwise. */
const LOOK_EVERY_MS = 100;

/**
 * Read-only, for any thread; re-reads when the file was replaced: looked for after each commit that the signal tells of, and
 * now and then. Without a signal at every question.
 */
export class CatalogueReader {
  readonly #file: string;
  readonly #signal: CommitSignal | undefined;
  #seen = '';
  #signalSeen = -1;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #byNumber: ReadonlyMap<number, PartitionRecord> = new Map();
  #content: CatalogueFile = {
    version: STORE_VERSION,
    boot: '',
    partitions: [],
    expired: [],
  };

  constructor(dataPath: string, signal?: CommitSignal) {
    this.#file = join(dataPath, FILE);
    this.#signal = signal;
  }

  /** In order of their numbers, which is the order in which they were opened. */
  partitions(): readonly PartitionRecord[] {
    return this.#read().partitions;
  }

  expired(): readonly ExpiredPartition[] {
    return this.#read().expired;
  }

  /** The next question looks at the file, whatever is believed. */
  lookAgain(): void {
    this.#lookedMs = Number.NEGATIVE_INFINITY;
  }

  partition(number: number): PartitionRecord | undefined {
    this.#read();
    return this.#byNumber.get(number);
  }

  /** Whether it may be opened: columns always, LMDB where the running writer made or checked it itself. */
  isSound(record: PartitionRecord): boolean {
    const { boot } = this.#read();
    if (record.state === 'damaged') return false;
    return record.form === 'columns' || record.boot === boot || record.checkedBoot === boot;
  }

  #read(): CatalogueFile {
    if (this.#signal !== undefined) {
      const { value } = this.#signal;
      const nowMs = performance.now();
      if (value === this.#signalSeen && nowMs - this.#lookedMs < LOOK_EVERY_MS)
        return this.#content;
      this.#signalSeen = value;
      this.#lookedMs = nowMs;
    }
    let seen: string;
    try {
      const { ino, mtimeNs, size } = statSync(this.#file, { bigint: true });
      seen = `${ino} ${mtimeNs} ${size}`;
    } catch {
      return this.#content;
    }
    if (seen === this.#seen) return this.#content;
    this.#content = parse(readFileSync(this.#file, 'utf8')) ?? this.#content;
    this.#seen = seen;
    this.#byNumber = new Map(this.#content.partitions.map((record) => [record.number, record]));
    return this.#content;
  }
}

/** The writer's hold on the catalogue. */
export class Catalogue {
  readonly boot: string;
  /** The file was there and could not be believed: all that is in the folder is unchecked. */
  readonly wasRebuilt: boolean;
  readonly #dataPath: string;
  readonly #partitions: Map<number, PartitionRecord>;
  #expired: readonly ExpiredPartition[];

  /** @throws Error where the directory was written by a newer Synton */
  constructor(dataPath: string, boot: string) {
    this.#dataPath = dataPath;
    this.boot = boot;
    mkdirSync(join(dataPath, 'partitions'), { recursive: true, mode: 0o700 });
    const content = readCatalogue(dataPath);
    refuseNewer(dataPath, content);
    const found = partitionNumbers(dataPath);
    this.wasRebuilt = content === undefined && found.length > 0;
    const records =
      content?.partitions ?? found.map((number) => unknownPartition(dataPath, number));
    this.#expired = content?.expired ?? numbersBegunAnew(dataPath);
    this.#partitions = new Map(records.map((record) => [record.number, record]));
    this.#save();
  }

  partitions(): PartitionRecord[] {
    return [...this.#partitions.values()].sort((a, b) => a.number - b.number);
  }

  /** Those that retention took, the youngest of them. */
  expired(): readonly ExpiredPartition[] {
    return this.#expired;
  }

  /** Of any partition there ever was: numbers are not used twice, as cursors name them. */
  get lastNumber(): number {
    return Math.max(0, ...this.#partitions.keys(), ...this.#expired.map(({ number }) => number));
  }

  /** Durable when it returns. @throws on an I/O fault, having changed nothing */
  put(record: PartitionRecord): void {
    const before = this.#partitions.get(record.number);
    this.#partitions.set(record.number, record);
    try {
      this.#save();
    } catch (error) {
      // What is not on disk is not so.
      if (before === undefined) this.#partitions.delete(record.number);
      else this.#partitions.set(record.number, before);
      throw error;
    }
  }

  expire({ number, spans, written, blocks: lying }: PartitionRecord): void {
    // What cursors count.
    const blocks = written ?? lying;
    this.#partitions.delete(number);
    this.#expired = [...this.#expired, { number, spans, blocks }].slice(-EXPIRED_MAX);
    this.#save();
  }

  #save(): void {
    const content: CatalogueFile = {
      version: STORE_VERSION,
      boot: this.boot,
      partitions: this.partitions(),
      expired: this.#expired,
    };
    const text = JSON.stringify(content);
    replaceFile(join(this.#dataPath, FILE), `${text}\n${crc32(text)}\n`);
  }
}

/** Of a directory that nobody has open. @throws Error where it was written by a newer Synton */
export function catalogueCondition(dataPath: string): 'sound' | 'missing' | 'damaged' {
  const content = readCatalogue(dataPath);
  refuseNewer(dataPath, content);
  if (content !== undefined) return 'sound';
  return existsSync(join(dataPath, FILE)) ? 'damaged' : 'missing';
}

function refuseNewer(dataPath: string, content: CatalogueFile | undefined): void {
  if (content !== undefined && content.version > STORE_VERSION)
    throw new Error(
      `${dataPath} was written by a newer Synton (store version ${content.version}, this one reads up to ${STORE_VERSION}): upgrade Synton, or choose another directory`,
    );
}

function readCatalogue(dataPath: string): CatalogueFile | undefined {
  try {
    return parse(readFileSync(join(dataPath, FILE), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): CatalogueFile | undefined {
  const [json = '', checksum = ''] = text.split('\n');
  if (String(crc32(json)) !== checksum) return undefined;
  return JSON.parse(json) as CatalogueFile;
}

function partitionNumbers(dataPath: string): number[] {
  return readdirSync(join(dataPath, 'partitions'))
    .filter((name) => /^[0-9a-f]{8}$/.test(name))
    .map((name) => Number.parseInt(name, 16))
    .sort((a, b) => a - b);
}

/**
 * Without a catalogue nobody knows which numbers were given before, and a cursor that is still there would pass
 * over partitions that bear them again: numbers go on at the seconds since 1970, above any given one by one.
 */
function numbersBegunAnew(dataPath: string): ExpiredPartition[] {
  if (!existsSync(join(dataPath, 'forward'))) return [];
  return [{ number: Math.floor(Date.now() / 1000), spans: 0, blocks: 1 }];
}

/** Rewritten where nothing but the segment is left of it. */
function unknownPartition(dataPath: string, number: number): PartitionRecord {
  const path = partitionPath(dataPath, number);
  const isRewritten = existsSync(segmentPath(path)) && !existsSync(join(path, DATA_FILE));
  return {
    form: isRewritten ? 'columns' : 'blocks',
    number,
    boot: '',
    checkedBoot: '',
    state: isRewritten ? 'closed' : 'open',
    openedAtMs: 0,
    newestMs: Date.now(),
    spans: 0,
    blocks: 0,
    bytes: 0,
    arrivalMax: 0,
  };
}
