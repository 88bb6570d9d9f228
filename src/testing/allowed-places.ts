/**
 * Which hosts, files and tables a test allows. Hosts and tables in any case: `db` allows any port,
 * `db:5432` that one; `orders` allows the table in any schema, `shop.orders` in that one. `*` stands for any
 * characters but those that part the name (`/`, `:`), in files `**` for any folders.
 */
import { relative, resolve, sep } from 'node:path';
import { bracketedHost } from './bracketed-host.ts';

export type Allows = (place: string) => boolean;

export function allowedHosts(allowed: readonly string[]): Allows {
  const patterns = allowed.map((host) => pattern(bracketedHost(host.toLowerCase())));
  return (host) => {
    const name = host.replace(/:\d+$/, '');
    return patterns.some((fits) => fits.test(host) || fits.test(name));
  };
}

/** Globs from the working directory, or from the root of the file system. */
export function allowedFiles(globs: readonly string[]): Allows {
  const patterns = globs.map((glob) => pattern(slashes(resolved(glob))));
  return (path) => {
    const absolute = slashes(resolve(path));
    const inside = slashes(relative(process.cwd(), absolute));
    return patterns.some((fits) => fits.test(absolute) || fits.test(inside));
  };
}

export function allowedTables(allowed: readonly string[]): Allows {
  const patterns = allowed.map((table) => pattern(table.toLowerCase()));
  return (table) => {
    const parts = table.toLowerCase().split('.');
    return patterns.some((fits) => parts.some((_, at) => fits.test(parts.slice(at).join('.'))));
  };
}

/** `**` at the start means anywhere, so it is not put below the working directory. */
function resolved(glob: string): string {
  return glob.startsWith('**') ? glob : resolve(glob);
}

function slashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

function pattern(glob: string): RegExp {
  const source = glob.replace(/\*\*\/|\*\*|[*?]|[.+^$(){}|[\]\\]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/:]*';
    return part === '?' ? '[^/:]' : `\\${part}`;
  });
  return new RegExp(`^${source}$`, 's');
}
