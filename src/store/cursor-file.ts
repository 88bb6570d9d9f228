/**
 * A destination's place in the log, as it lies in its folder: two lines, JSON {partition, block, ordinal} and the crc32 of the first
 * line, in decimal. One that fails its checksum counts as absent.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { LogCursor } from './contracts/span-log.ts';
import { replaceFile } from './replace-file.ts';

const CURSOR_FILE = 'cursor';

/** @throws on an I/O fault other than that it is not there */
export function readCursor(folder: string): LogCursor | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, CURSOR_FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
  const [json = '', checksum = ''] = text.split('\n');
  if (String(crc32(json)) !== checksum) return undefined;
  return JSON.parse(json) as LogCursor;
}

/** Durable when it returns. @throws on an I/O fault */
export function writeCursor(folder: string, { partition, block, ordinal }: LogCursor): void {
  const json = JSON.stringify({ partition, block, ordinal });
  replaceFile(join(folder, CURSOR_FILE), `${json}\n${crc32(json)}\n`);
}
