/**
 * Page cursors: a few short fields, unreadable on purpose, with a checksum so that a cut or edited one
 * is refused and never misread. They hold no secret and grant nothing.
 *
 * base64url of: CRC-32 of the rest as 8 hexadecimal digits, the cursor's name, its fields, parted by blanks.
 */
import { crc32 } from 'node:zlib';
import { InvalidParameter } from '../../model/errors.ts';

const LENGTH_MAX = 256;

/** Fields without blanks. */
export function encodeCursor(name: string, fields: readonly (string | number)[]): string {
  const text = [name, ...fields].join(' ');
  return Buffer.from(`${checksumOf(text)} ${text}`).toString('base64url');
}

/** @throws InvalidParameter naming `parameter` where the cursor is not one of this name and size */
export function decodeCursor(
  parameter: string,
  name: string,
  fieldCount: number,
  cursor: string,
): string[] {
  const text = cursor.length > LENGTH_MAX ? '' : Buffer.from(cursor, 'base64url').toString();
  const [checksum, ...rest] = text.split(' ');
  const isOurs =
    rest.length === fieldCount + 1 && rest[0] === name && checksum === checksumOf(rest.join(' '));
  if (!isOurs) throw new InvalidParameter(parameter, 'not a cursor that a page of ours gave');
  return rest.slice(1);
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
