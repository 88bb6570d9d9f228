/**
 * Run after `vite build`: writes every file of dist/web compressed beside it, and the list of what there is by which the service finds
 * them (src/api/page/page-manifest.ts). Fails where the page could not run under its content security policy, or has grown beyond what
 * may be loaded before anything is seen.
 *
 *   node build/compress-page.ts [FOLDER]
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import {
  ASSETS_PREFIX,
  PAGE_ENCODINGS,
  PAGE_INDEX,
  PAGE_MANIFEST_NAME,
  type PageEncoding,
  type PageFile,
} from '../src/api/page/page-manifest.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};
/** Compressed already. */
const LEFT_AS_THEY_ARE: ReadonlySet<string> = new Set(['.png', '.woff2']);
const NAME_OF_CONTENT = /-[\w-]{8}\.\w+$/;
const VITE_MANIFEST = '.vite/manifest.json';
/** One file; many of it may be on their way to clients at once. */
const FILE_BYTES_MAX = 2 * 1024 * 1024;
/** What the first document loads, by gzip. */
const FIRST_BYTES_MAX = 250_000;

const COMPRESS: Readonly<Record<PageEncoding, (content: Buffer) => Buffer>> = {
  br: (content) =>
    brotliCompressSync(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
  gzip: (content) => gzipSync(content, { level: constants.Z_BEST_COMPRESSION }),
};

/** What is used here of Vite's manifest. */
interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

/** Bytes of one file, as it is and by coding. */
type Sizes = Readonly<Record<PageEncoding | 'plain', number>>;

const folder = process.argv[2] ?? join(import.meta.dirname, '../dist/web');
const files: Record<string, PageFile> = {};
const sizes = new Map<string, Sizes>();
for (const path of contentPaths()) {
  const content = readFileSync(join(folder, path));
  const contentType = CONTENT_TYPES[extname(path)];
  if (contentType === undefined) throw new Error(`${path}: no content type is known for it`);
  if (content.length > FILE_BYTES_MAX) throw new Error(`${path}: over ${FILE_BYTES_MAX} bytes`);
  if (path === PAGE_INDEX) refuseInline(content.toString());
  const isImmutable = path.startsWith(ASSETS_PREFIX) && NAME_OF_CONTENT.test(path);
  const hash = createHash('sha256').update(content).digest().subarray(0, 16).toString('base64url');
  const size = { plain: content.length, br: content.length, gzip: content.length };
  const encodings: PageEncoding[] = [];
  for (const encoding of Object.keys(PAGE_ENCODINGS) as PageEncoding[]) {
    const beside = join(folder, `${path}${PAGE_ENCODINGS[encoding]}`);
    rmSync(beside, { force: true });
    if (LEFT_AS_THEY_ARE.has(extname(path))) continue;
    const compressed = COMPRESS[encoding](content);
    if (compressed.length >= content.length) continue;
    writeFileSync(beside, compressed);
    size[encoding] = compressed.length;
    encodings.push(encoding);
  }
  files[path] = { contentType, hash, isImmutable, encodings };
  sizes.set(path, size);
}
if (files[PAGE_INDEX] === undefined) throw new Error(`there is no ${PAGE_INDEX} in ${folder}`);
// Last, as it is what the service goes by.
writeFileSync(join(folder, PAGE_MANIFEST_NAME), JSON.stringify(files));
report();

/** Paths of URLs, sorted; without what this and vite write for others than browsers. */
function contentPaths(): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('/.vite/') && path !== `/${PAGE_MANIFEST_NAME}`)
    .filter((path) => !/\.(?:br|gz)$/.test(path))
    .sort();
}

/** The policy has no 'unsafe-inline': what is written into the document would not run. */
function refuseInline(html: string): void {
  const found =
    /<script(?![^>]*\ssrc=)[^>]*>/i.exec(html) ??
    /<style\b|\sstyle=|\son\w+=|javascript:/i.exec(html);
  if (found !== null) throw new Error(`${PAGE_INDEX} has ${found[0]}, which its policy forbids`);
}

function report(): void {
  const vite = JSON.parse(readFileSync(join(folder, VITE_MANIFEST), 'utf8')) as Record<
    string,
    Chunk
  >;
  const first = new Set<string>([PAGE_INDEX]);
  const waiting = Object.values(vite).filter(({ isEntry }) => isEntry === true);
  for (let chunk = waiting.pop(); chunk !== undefined; chunk = waiting.pop()) {
    if (first.has(`/${chunk.file}`)) continue;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) first.add(`/${file}`);
    waiting.push(...(chunk.imports ?? []).flatMap((name) => vite[name] ?? []));
  }
  const sum = (paths: Iterable<string>, form: keyof Sizes): number =>
    [...paths].reduce((total, path) => total + (sizes.get(path)?.[form] ?? 0), 0);
  const told = (paths: Iterable<string>): string =>
    `${kilobytes(sum(paths, 'br'))} brotli, ${kilobytes(sum(paths, 'gzip'))} gzip, ${kilobytes(sum(paths, 'plain'))} plain`;
  console.log(`page: at first ${told(first)}; in all ${told([...sizes.keys()])}`);
  if (sum(first, 'gzip') > FIRST_BYTES_MAX)
    throw new Error(`what the page loads at first is over ${kilobytes(FIRST_BYTES_MAX)} of gzip`);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
