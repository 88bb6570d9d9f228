/** What Node was started with: the path of the program's first module, as the system knows it. Undefined where there is none. */
import { realpathSync } from 'node:fs';

export function entryPath(): string | undefined {
  const [, path] = process.argv;
  if (path === undefined) return undefined;
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
