/**
 * Bytes that every span contains, itself or in its frames, that a filter's attributes suit: a block without them need not be
 * scanned. Of a value that only a text can read as, its bytes; else those of the key, as a number has many forms on the wire.
 */
import type { SpanFilter } from '../contracts/trace-query.ts';

const INTEGER = /^-?\d+$/;
/** What bytes that are no UTF-8 read as, whatever they are. */
const REPLACEMENT = '\ufffd';

/** Of the attribute that says most; undefined where there is none to go by. */
export function needleOf({ attributes = [] }: SpanFilter): Buffer | undefined {
  const needles = attributes
    .map(({ key, value }) => (isTextAlone(value) ? value : key))
    .map((text) => Buffer.from(text))
    .filter((bytes) => bytes.length > 0 && !bytes.toString().includes(REPLACEMENT));
  return needles.reduce<Buffer | undefined>(
    (longest, bytes) => (bytes.length > (longest?.length ?? 0) ? bytes : longest),
    undefined,
  );
}

function isTextAlone(value: string): boolean {
  return (
    value !== '' &&
    value !== 'true' &&
    value !== 'false' &&
    !INTEGER.test(value) &&
    String(Number(value)) !== value
  );
}
