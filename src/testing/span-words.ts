/** One span in words, for a line of a tree. Names are cut to NAME_MAX characters and fit for a terminal. */
import { label } from '../views/formats/clean-text.ts';
import { formatDuration } from '../views/formats/format-duration.ts';
import type { RecordedSpan } from './recorded-span.ts';

const NAME_MAX = 100;
const MESSAGE_MAX = 160;
const MARKS = { Running: '… ', Completed: '', Failed: '✕ ' } as const;

/** `✕ charge  TypeError: no card`, `… listen  unfinished`. */
export function spanWords(span: RecordedSpan): string {
  const name = `${MARKS[span.status]}${label(span.name, NAME_MAX)}`;
  if (span.status === 'Running') return `${name}  unfinished`;
  if (span.errorType === undefined) return name;
  const message = span.statusMessage && `: ${label(span.statusMessage, MESSAGE_MAX)}`;
  return `${name}  ${label(span.errorType, NAME_MAX)}${message}`;
}

/** `12.0 ms`, or nothing while it runs. */
export function durationWords({ durationNano }: RecordedSpan): string {
  return durationNano === undefined ? '' : formatDuration(BigInt(Math.round(durationNano)));
}
