/**
 * What the last owner of a data directory left in it as it went, for the next one: spans that it had open, in a table like that of
 * other programs, and spans that ended too late to be stored. Read once, before anything is taken in; what is damaged is said and let go.
 *
 *   late spans: magic "SYLS" · u32 CRC-32 of the rest · an ExportTraceServiceRequest. Bound: LATE_BYTES_MAX
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Host } from '../pipeline/component.ts';
import type { OpenSpans } from '../processors/open-spans/open-spans.ts';
import { OpenSpansFile } from '../processors/open-spans/open-spans-file.ts';
import { replaceFile } from '../store/replace-file.ts';

export const LEFT_BEHIND = { open: 'open-spans-of-owner', late: 'late-spans' } as const;

const MAGIC = 0x534c5953;
const HEADER = 8;
const LATE_BYTES_MAX = 16 * 1024 * 1024;
const NOTHING = { spans: [], exited: [] };

/** Puts what the last owner had open into the table: it is gone. True where there was anything. */
export function restoreOfOwner(folder: string, open: OpenSpans, host: Host): boolean {
  const file = new OpenSpansFile(join(folder, LEFT_BEHIND.open), host, () => NOTHING);
  const found = file.read();
  if (found === undefined) return false;
  const processes = found.starts.flatMap(({ frames }) => frames.process ?? []);
  open.restore(found.starts, [...new Set([...processes, ...found.exited])]);
  return found.starts.length > 0;
}

/** Beyond the bound nothing is written. @throws on an I/O fault */
export function writeLateSpans(folder: string, request: Uint8Array): void {
  if (request.length > LATE_BYTES_MAX) return;
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(crc32(request), 4);
  replaceFile(join(folder, LEFT_BEHIND.late), Buffer.concat([header, request]));
}

/** Never throws. Undefined where there are none, or they are damaged, which is said. */
export function readLateSpans(folder: string, host: Host): Uint8Array | undefined {
  const path = join(folder, LEFT_BEHIND.late);
  try {
    const bytes = readFileSync(path);
    const request = bytes.subarray(HEADER);
    const isSound =
      bytes.length >= HEADER &&
      bytes.readUInt32LE(0) === MAGIC &&
      bytes.readUInt32LE(4) === crc32(request);
    if (!isSound) throw new Error('the file is damaged');
    return request;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      host.log.warn({ path, error: String(error) }, 'late spans are not read');
    return undefined;
  }
}

/** Once it is kept elsewhere. */
export function forget(folder: string, what: keyof typeof LEFT_BEHIND): void {
  rmSync(join(folder, LEFT_BEHIND[what]), { force: true });
}
