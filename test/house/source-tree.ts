/**
 * Reads the project's own sources for the checks of this folder: files, their text and their imports.
 *
 * Imports are found in the text, comments taken out, as the compiler offers no API for it. That is enough
 * for formatted code: statements begin a line, and an imported name is a plain string.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '../..');

export interface SourceFile {
  /** From the root, with slashes: `src/model/ids.ts`. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  /** A path from the root where it is one of our files, else the name of a package or built-in. */
  readonly target: string;
  readonly ours: boolean;
  /** static: loaded with the file. lazy: by import(), require() or as a worker. type: erased. */
  readonly kind: 'static' | 'lazy' | 'type';
}

/** Files below the folders, sorted: sources, unless an ending is given. */
export function sourceFiles(folders: readonly string[], ending?: string): readonly SourceFile[] {
  return (
    folders
      .flatMap((folder) =>
        readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile() && isMeant(entry.name, ending))
          .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1)),
      )
      .map((path) => path.replaceAll('\\', '/'))
      // A test may be a package of its own, with what it depends on beside it.
      .filter((path) => !path.includes('/node_modules/'))
      .sort()
      .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
  );
}

const isMeant = (name: string, ending?: string): boolean =>
  ending === undefined ? /\.tsx?$/.test(name) : name.endsWith(ending);

const STATIC =
  /^(?:import|export)\s+(type\s+)?(?:[\w$*\s,]*(?:\{[^}]*\})?\s*from\s+)?['"]([^'"]+)['"]/gm;
const TYPE_OF = /\btypeof\s+import\(\s*['"][^'"]+['"]\s*\)/g;
const LAZY = /\b(?:import|require)\(\s*['"]([^'"]+)['"]/g;
const WORKER = /\bnew URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url/g;

export function importsOf({ path, text }: SourceFile): readonly Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').replace(TYPE_OF, '');
  const imports: Import[] = [];
  const add = (name: string, kind: Import['kind']) => {
    const ours = name.startsWith('.');
    imports.push({ target: ours ? posix.join(dirname(path), name) : name, ours, kind });
  };
  for (const [, type, name] of code.matchAll(STATIC)) add(name!, type ? 'type' : 'static');
  for (const pattern of [LAZY, WORKER]) {
    for (const [, name] of code.matchAll(pattern)) add(name!, 'lazy');
  }
  return imports;
}

/** `@scope/name/deep` → `@scope/name`; undefined for built-ins and our own files. */
export function packageOf({ target, ours }: Import): string | undefined {
  if (ours || target.startsWith('node:')) return undefined;
  const parts = target.split('/');
  return target.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

/** What is loaded along with `entry`: itself and what it imports statically, all the way down. */
export function loadedWith(
  entry: string,
  imports: ReadonlyMap<string, readonly Import[]>,
): ReadonlySet<string> {
  const loaded = new Set<string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (loaded.has(path)) continue;
    loaded.add(path);
    for (const { target, kind } of imports.get(path) ?? []) {
      if (kind === 'static') waiting.push(target);
    }
  }
  return loaded;
}
