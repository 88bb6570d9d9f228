/**
 * The bound of set-aside folders: damaged partitions are kept for whoever wants to look into them, but not without end. Their spans
 * were counted as lost, or saved, when they were set aside. For the writer thread, which alone changes this folder.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Counters } from '../../../telemetry/counters.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import { bytesOf, PARTITIONS, setAsideFolders } from './data-files.ts';

const FOLDERS_MAX = 3;
/** Of retention.max_bytes. */
const BYTES_SHARE_MAX = 1 / 4;

export interface SetAsideHost {
  readonly dataPath: string;
  /** retention.max_bytes */
  readonly maxBytes: number;
  readonly counters: Counters;
  readonly log: Logger;
}

/** Removes the oldest beyond the bound. @throws on an I/O fault */
export function boundSetAside({ dataPath, maxBytes, counters, log }: SetAsideHost): void {
  const folders = setAsideFolders(dataPath);
  let count = folders.length;
  let total = folders.reduce((sum, { files }) => sum + bytesOf(files), 0);
  for (const { name, files } of folders) {
    if (count <= FOLDERS_MAX && total <= maxBytes * BYTES_SHARE_MAX) return;
    const bytes = bytesOf(files);
    rmSync(join(dataPath, PARTITIONS, name), { recursive: true, force: true });
    count--;
    total -= bytes;
    counters.add('set_aside_removed');
    log.warn(
      { folder: name, bytes, foldersMax: FOLDERS_MAX, bytesMax: maxBytes * BYTES_SHARE_MAX },
      'a damaged partition that was set aside is removed: the oldest make room',
    );
  }
}

/** All of them: somebody asked. @throws on an I/O fault */
export function removeSetAside({ dataPath, counters, log }: SetAsideHost): {
  folders: number;
  bytes: number;
} {
  const folders = setAsideFolders(dataPath);
  let removed = 0;
  for (const { name, files } of folders) {
    const bytes = bytesOf(files);
    rmSync(join(dataPath, PARTITIONS, name), { recursive: true, force: true });
    removed += bytes;
    counters.add('set_aside_removed');
    log.info(
      { folder: name, bytes },
      'a damaged partition that was set aside is removed on demand',
    );
  }
  return { folders: folders.length, bytes: removed };
}
