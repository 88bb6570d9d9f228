/**
 * Which lines of pretty JSON open a block and where it ends, and the lines that are left when some are folded. Linear; a line that ends with a
 * bracket opens one, as no text of JSON has a line's end in it. What is no JSON opens nothing.
 */

/** By line: the line that closes its block, or 0. */
export function blockEnds(lines: readonly string[]): Int32Array {
  const ends = new Int32Array(lines.length);
  const open: number[] = [];
  for (const [at, line] of lines.entries()) {
    if (isClosing(line)) {
      const begin = open.pop();
      if (begin !== undefined) ends[begin] = at;
    }
    if (isOpening(line)) open.push(at);
  }
  return ends;
}

const isOpening = (line: string): boolean => line.endsWith('{') || line.endsWith('[');

function isClosing(line: string): boolean {
  const first = line.trimStart()[0];
  return (first === '}' || first === ']') && !isOpening(line);
}

/** Lines that open a span: the blocks directly within a list called `spans`. */
export function spanLines(lines: readonly string[], ends: Int32Array): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (ends[at] === 0 || !/^\s*"spans": \[$/.test(lines[at]!)) continue;
    for (let span = at + 1; span < ends[at]!; span = ends[span]! + 1) {
      if (ends[span] === 0) break;
      found.push(span);
    }
  }
  return found;
}

/** Lines that are shown: those within a folded block are not, nor the one that closes it. */
export function shownLines(
  lines: readonly string[],
  ends: Int32Array,
  folded: ReadonlySet<number>,
): Int32Array {
  const shown = new Int32Array(lines.length);
  let count = 0;
  for (let at = 0; at < lines.length; at++) {
    shown[count++] = at;
    if (folded.has(at) && ends[at]! > at) at = ends[at]!;
  }
  return shown.slice(0, count);
}

/** The innermost block that a line opens, closes or lies in; −1 where in none. */
export function blockAround(ends: Int32Array, line: number): number {
  if (ends[line]! > 0) return line;
  for (let at = line - 1; at >= 0; at--) if (ends[at]! >= line) return at;
  return -1;
}

/** Without folds in which a line would not be seen. */
export function revealed(
  ends: Int32Array,
  folded: ReadonlySet<number>,
  line: number,
): ReadonlySet<number> {
  const hiding = [...folded].filter((at) => at < line && ends[at]! >= line);
  if (hiding.length === 0) return folded;
  return new Set([...folded].filter((at) => !hiding.includes(at)));
}

const NAME_MAX = 80;

/** What a folded block is known by: its `name`, where one is directly in it. */
export function nameInBlock(lines: readonly string[], begin: number, end: number): string {
  const indent = lines[begin]!.search(/\S/) + 2;
  for (let at = begin + 1; at < end; at++) {
    const line = lines[at]!;
    if (!line.startsWith('"name":', indent) || line.search(/\S/) !== indent) continue;
    const name = line.slice(indent).replace(/,$/, '');
    return name.length > NAME_MAX ? `${name.slice(0, NAME_MAX)}…` : name;
  }
  return '';
}
