/**
 * The source map of one rewriting, for whoever keeps maps apart from texts and composes them himself: Vite, jest. What was inserted is mapped to
 * nothing where a statement or a function begins in it, so that coverage does not count it; but for what begins there of the program.
 */
import type MagicString from 'magic-string';
import { SourceMap } from 'magic-string';
import type { InsertedPiece } from './function-editor.ts';
import { lastUpTo } from './syntax-tree.ts';

type Segment =
  | [generated: number]
  | [generated: number, source: number, line: number, column: number];

/** Where coverage may see something begin in an inserted piece. */
const BEGINNINGS = /(?:^|(?<=[;{[]))[\w$(]|(?<=[=(])(?:typeof\b|[\w$]+=>)|(?<==>)[\w$]/g;

/** @param pieces in the order of the text */
export function apartMap(
  source: string,
  edited: MagicString,
  path: string,
  pieces: readonly InsertedPiece[],
): SourceMap {
  const decoded = edited.generateDecodedMap({
    source: path,
    hires: 'boundary',
    includeContent: true,
  });
  const lines = decoded.mappings as Segment[][];
  const lineStarts = [0, ...Array.from(source.matchAll(/\n/g), ({ index }) => index + 1)];
  const lineNumbers = new Map(lineStarts.map((start, line) => [start, line]));
  const placeOf = (offset: number): [line: number, column: number] => {
    const start = lastUpTo(lineStarts, offset);
    return [lineNumbers.get(start)!, offset - start];
  };
  /** What was inserted before, on the same line. */
  let shift = 0;
  let lastLine = -1;
  let lastOffset = -1;
  for (const { offset, text, beginning } of pieces) {
    const [line, column] = placeOf(offset);
    if (line !== lastLine) shift = 0;
    lastLine = line;
    const at = column + shift;
    shift += text.length;
    const segments = lines[line] ?? [];
    if (beginning !== undefined) segments.push([at, 0, ...placeOf(beginning)]);
    else segments.push(...unmapped(text, at, line, column, offset === lastOffset));
    lastOffset = offset;
  }
  for (const segments of lines) segments.sort(([a], [b]) => a - b);
  return new SourceMap({ ...decoded, mappings: lines as never });
}

/** A segment that maps to nothing is dropped right after another one, so between two there is one that does. */
function unmapped(
  text: string,
  at: number,
  line: number,
  column: number,
  followsAnother: boolean,
): Segment[] {
  return Array.from(text.matchAll(BEGINNINGS)).flatMap(({ index }): Segment[] => [
    ...(index > 0 || followsAnother ? [[at + index - 1, 0, line, column] satisfies Segment] : []),
    [at + index],
  ]);
}
