/**
 * A module's text as a syntax tree, with the few tokens and comments that edits need and the tree does not
 * tell. Knows nothing of what is edited.
 */
import { type Comment, type Options, parse, tokTypes } from 'acorn';

/** Any node; what its type has besides is read by name. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface SyntaxTree {
  readonly program: SyntaxNode;
  /** Offsets of the ends of `=>`, ascending. */
  readonly arrowEnds: readonly number[];
  /** Offsets of `*` where a value may begin after it, ascending. */
  readonly stars: readonly number[];
  /** The last comment that names a source map. */
  readonly mapComment: Comment | undefined;
}

export type ModuleFormat = 'module' | 'commonjs';

const MAP_COMMENT = /^[#@]\s*sourceMappingURL=\S/;

/** @throws SyntaxError where the text is no JavaScript that the parser knows */
export function parseModule(source: string, format: ModuleFormat): SyntaxTree {
  const arrowEnds: number[] = [];
  const stars: number[] = [];
  let mapComment: Comment | undefined;
  const options: Options = {
    ecmaVersion: 'latest',
    sourceType: format,
    onToken: ({ type, start, end }) => {
      if (type === tokTypes.arrow) arrowEnds.push(end);
      else if (type === tokTypes.star) stars.push(start);
    },
    onComment: (isBlock, text, start, end) => {
      if (isBlock || !MAP_COMMENT.test(text)) return;
      mapComment = { type: 'Line', value: text, start, end };
    },
  };
  const program = parse(source, options) as unknown as SyntaxNode;
  return { program, arrowEnds, stars, mapComment };
}

/** The nodes right below, in the order of the text. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (const key in node) {
    const value = node[key];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) children.push(item);
    } else if (isNode(value)) children.push(value);
  }
  return children.length > 1 ? children.sort((a, b) => a.start - b.start) : children;
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

export function isFunction({ type }: SyntaxNode): boolean {
  return (
    type === 'FunctionDeclaration' ||
    type === 'FunctionExpression' ||
    type === 'ArrowFunctionExpression'
  );
}

/** The last of ascending `offsets` that is at most `at`; −1 where there is none. */
export function lastUpTo(offsets: readonly number[], at: number): number {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? -1 : offsets[low - 1]!;
}
