/**
 * The files of the built page: looked up in its manifest, read when first asked for, kept in memory.
 *
 * Bound: FILE_BYTES_MAX of content, the least recently asked for goes. A page that is built anew under a running service is
 * noticed when its first document is asked for.
 */
import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LRUCache } from 'lru-cache';
import {
  PAGE_ENCODINGS,
  PAGE_MANIFEST_NAME,
  type PageEncoding,
  type PageFile,
  type PageManifest,
} from './page-manifest.ts';

const FILE_BYTES_MAX = 8 * 1024 * 1024;

/** dist/web of this package, also for what runs from its sources. */
const BUILT_PAGE: string = fileURLToPath(
  new URL(extname(import.meta.url) === '.ts' ? '../../../dist/web' : '../../web', import.meta.url),
);

export class PageFiles {
  readonly #folder: string;
  readonly #contents: LRUCache<string, Buffer>;
  #manifest: ReadonlyMap<string, PageFile> | undefined;
  /** Of the manifest at hand. */
  #builtMs = 0;
  #looking: Promise<boolean> | undefined;

  constructor(folder: string = BUILT_PAGE) {
    this.#folder = folder;
    this.#contents = new LRUCache({
      maxSize: FILE_BYTES_MAX,
      sizeCalculation: ({ length }) => Math.max(1, length),
      // Several that ask at once wait for one reading.
      fetchMethod: (name) => readFile(`${folder}${name}`),
    });
  }

  /** Whether there is a page, looking for one that was built meanwhile; once for all who ask at once, as each would forget what others read. */
  refresh(): Promise<boolean> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<boolean> {
    const path = `${this.#folder}/${PAGE_MANIFEST_NAME}`;
    try {
      const { mtimeMs } = await stat(path);
      if (this.#manifest !== undefined && mtimeMs === this.#builtMs) return true;
      const manifest = JSON.parse(await readFile(path, 'utf8')) as PageManifest;
      this.#contents.clear();
      this.#manifest = new Map(Object.entries(manifest));
      this.#builtMs = mtimeMs;
      return true;
    } catch {
      this.#manifest = undefined;
      return false;
    }
  }

  /** @param path of the URL, compared with the names in the manifest and used for nothing else */
  async find(path: string): Promise<PageFile | undefined> {
    if (this.#manifest === undefined) await this.refresh();
    return this.#manifest?.get(path);
  }

  /** Of a file that was found. Undefined where it has gone since. */
  async content(path: string, encoding: PageEncoding | undefined): Promise<Buffer | undefined> {
    const ending = encoding === undefined ? '' : PAGE_ENCODINGS[encoding];
    try {
      return await this.#contents.fetch(`${path}${ending}`);
    } catch {
      this.#manifest = undefined;
      return undefined;
    }
  }
}
