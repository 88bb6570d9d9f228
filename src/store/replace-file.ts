/** Small files that are always whole: the old content or the new one, whenever the process or the power ends. */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What is being written lies beside the file under this ending; one found at start is a leftover. */
export const ASIDE = '.new';

/** Written aside, flushed, renamed; durable when it returns. @throws on an I/O fault, the old content in place */
export function replaceFile(path: string, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  const handle = openSync(`${path}${ASIDE}`, 'w', 0o600);
  try {
    // The system may take a part only, a nearly full disk for one.
    for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(`${path}${ASIDE}`, path);
  syncDirectory(dirname(path));
}

/** The same without holding up this thread. Not for two at once. @throws on an I/O fault, the old content in place */
export async function replaceFileAsync(path: string, content: Uint8Array): Promise<void> {
  const handle = await open(`${path}${ASIDE}`, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}${ASIDE}`, path);
  if (process.platform === 'win32') return;
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** A rename is durable once its directory is. Windows cannot flush directories, and need not. */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
