/**
 * What the built page consists of, as the build lists it in a file beside it: no other file is ever served, and no path of a
 * request becomes a path on disk.
 */

/** Content codings that lie beside a file, the better one first, to the ending of its name. */
export const PAGE_ENCODINGS = { br: '.br', gzip: '.gz' } as const;
export type PageEncoding = keyof typeof PAGE_ENCODINGS;

export interface PageFile {
  readonly contentType: string;
  /** Of its content: the first 16 bytes of its SHA-256, in base64url. */
  readonly hash: string;
  /** Its name changes with its content. */
  readonly isImmutable: boolean;
  readonly encodings: readonly PageEncoding[];
}

/** By the path of its URL, which is its path below the folder with a slash before it. */
export type PageManifest = Readonly<Record<string, PageFile>>;

export const PAGE_MANIFEST_NAME = 'page.json';
/** What all paths of the page are answered with. */
export const PAGE_INDEX = '/index.html';
/** Files below it are asked for by the page alone. */
export const ASSETS_PREFIX = '/assets/';
