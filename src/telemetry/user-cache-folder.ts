/** Where what can be made anew is kept for this user. Nothing is created. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the system keeps such folders: `~/.cache/synton/NAME` and its like. */
export function userCacheFolder(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const home = homedir();
  const base =
    process.platform === 'win32'
      ? (env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'))
      : process.platform === 'darwin'
        ? join(home, 'Library', 'Caches')
        : env['XDG_CACHE_HOME'] || join(home, '.cache');
  return join(base, 'synton', name);
}
