/** One line of the text, as text and nothing else; what is looked for is marked. */
import type { JSX } from 'preact';
import { formatCount } from '../../../../format/count.ts';
import { tabsText } from '../../../../text/tabs-en.ts';

export interface RawLineProps {
  readonly line: string;
  readonly number: number;
  readonly top: number;
  /** Lower case; may be empty. */
  readonly query: string;
  readonly isAt: boolean;
  /** Of a line that opens a block. */
  readonly fold: LineFold | undefined;
  onFold(): void;
}

export interface LineFold {
  readonly isFolded: boolean;
  /** What the block is known by; may be empty. */
  readonly name: string;
  /** The line that closes it. */
  readonly closing: string;
  /** Between the two. */
  readonly lines: number;
}

/** Characters of a line that are shown: a stack or a body may be one line of megabytes. */
export const LINE_LENGTH_MAX = 2_000;
const MARKS_MAX = 20;

export function RawLine({ line, number, top, query, isAt, fold, onFold }: RawLineProps) {
  const shown = line.length > LINE_LENGTH_MAX ? line.slice(0, LINE_LENGTH_MAX) : line;
  return (
    <div
      class={`raw-line ${isAt ? 'raw-line-at' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span class="raw-line-number" aria-hidden="true">
        {number}
      </span>
      {fold !== undefined && (
        <button
          type="button"
          class="raw-line-fold"
          // Keys fold the line that is gone to: a stop at each line would be too many.
          tabIndex={-1}
          aria-expanded={!fold.isFolded}
          aria-label={tabsText.raw.block(formatCount(fold.lines))}
          onClick={onFold}
        >
          <svg viewBox="0 0 8 8" width="8" height="8" aria-hidden="true">
            <path d={fold.isFolded ? 'M2 1l4 3l-4 3z' : 'M1 2l3 4l3 -4z'} />
          </svg>
        </button>
      )}
      <code>{query === '' ? shown : marked(shown, query)}</code>
      {fold?.isFolded === true && (
        <>
          <code class="soft">{` ${fold.name}`}</code>
          <span class="faint"> {tabsText.raw.folded(formatCount(fold.lines))} </span>
          <code>{fold.closing}</code>
        </>
      )}
      {shown !== line && (
        <span class="faint">{tabsText.raw.cut(formatCount(line.length - shown.length))}</span>
      )}
    </div>
  );
}

function marked(line: string, query: string) {
  const lower = line.toLowerCase();
  // Lower case may be longer: then places do not fit, and the line is marked as a whole by its number alone.
  if (lower.length !== line.length) return line;
  const parts: (string | JSX.Element)[] = [];
  let from = 0;
  for (let at = lower.indexOf(query); at >= 0 && parts.length < MARKS_MAX; ) {
    parts.push(line.slice(from, at), <mark key={at}>{line.slice(at, at + query.length)}</mark>);
    from = at + query.length;
    at = lower.indexOf(query, from);
  }
  return [...parts, line.slice(from)];
}
