/**
 * Which program listens on a port, as far as this user may know: Linux tells it in /proc, other systems are not asked.
 * Bound: FILES_MAX open files looked at.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';

const FILES_MAX = 50_000;
const LISTENING = '0A';

/** Such as `python3, pid 123`. Undefined where nobody is found. */
export async function portHolder(port: number): Promise<string | undefined> {
  try {
    const sockets = await socketsOn(port);
    if (sockets.size === 0) return undefined;
    let seen = 0;
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
      for (const file of files) {
        if (++seen > FILES_MAX) return undefined;
        if (!sockets.has(await readlink(`/proc/${pid}/fd/${file}`).catch(() => ''))) continue;
        return `${(await readFile(`/proc/${pid}/comm`, 'utf8')).trim()}, pid ${pid}`;
      }
    }
  } catch {
    // Nobody tells.
  }
  return undefined;
}

/** As links in /proc name them. */
async function socketsOn(port: number): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (local?.endsWith(suffix) && state === LISTENING) found.add(`socket:[${inode}]`);
    }
  }
  return found;
}
