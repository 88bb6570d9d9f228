/**
 * Which modules are watched: those below the program's root, but for packages it has installed. Globs narrow
 * that down (`exclude`) or replace it (`include`): `**` any folders, `*` and `?` within one name, `{a,b}` either.
 * They are taken from the root, or from anywhere where they begin with `**` or `/`.
 */
import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface FilterSettings {
  readonly root: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

const OWN_FOLDER = fileURLToPath(new URL('../..', import.meta.url));
const INSTALLED = /(?:^|\/)node_modules\//;

/** Of absolute paths. */
export function moduleFilter(settings: FilterSettings): (path: string) => boolean {
  const { root } = settings;
  const include = settings.include.map(globPattern);
  const exclude = settings.exclude.map(globPattern);
  return (path) => {
    const absolute = slashes(path);
    const fromRoot = slashes(relative(root, path));
    const fits = (pattern: RegExp): boolean => pattern.test(fromRoot) || pattern.test(absolute);
    if (exclude.some(fits)) return false;
    if (include.length > 0) return include.some(fits);
    return !INSTALLED.test(absolute) && !fromRoot.startsWith('../');
  };
}

/** Of Synton itself, wherever it is. */
export function isOwnModule(path: string): boolean {
  return path.startsWith(OWN_FOLDER);
}

/** Of a package that was installed, a runner of tests, say. */
export function isInstalled(path: string): boolean {
  return INSTALLED.test(slashes(path));
}

/** The folder of the nearest package.json at or above `folder`; the folder itself where there is none. */
export function programRoot(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at;
    if (at === dirname(at)) return folder;
  }
}

function slashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

function globPattern(glob: string): RegExp {
  let depth = 0;
  const source = glob
    .replace(/^\.\//, '')
    .replace(/\*\*\/|\*\*|[*?{},]|[.+^$()|[\]\\]/g, (part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      if (part === '{') {
        depth++;
        return '(?:';
      }
      if (part === '}' && depth > 0) {
        depth--;
        return ')';
      }
      if (part === ',') return depth > 0 ? '|' : ',';
      return `\\${part}`;
    });
  return new RegExp(`^${source}${')'.repeat(depth)}$`);
}
