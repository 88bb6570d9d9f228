/**
 * Rewrites a module so that each of its functions tells when it is entered and left. What the module does,
 * the lines of its text, the arity and the names of its functions stay; `toString()` of a function shows what
 * was inserted, and columns move on lines where something is. A pure function of its arguments, but for a map beside the module.
 *
 * Left as they are: functions whose declarations cannot move into a block, `use asm`, static blocks.
 */
import MagicString, { type SourceMap } from 'magic-string';
import { apartMap } from './apart-map.ts';
import { FunctionEditor } from './function-editor.ts';
import { InsertedText } from './inserted-text.ts';
import {
  type InputMap,
  mapComment,
  originOf,
  readInputMap,
  type SourcePlace,
} from './module-map.ts';
import { lastUpTo, type ModuleFormat, parseModule, type SyntaxNode } from './syntax-tree.ts';

export interface RewrittenFunction extends SourcePlace {
  /** From 0, within the module. */
  readonly id: number;
  /** `Class#method` for a method. */
  readonly name: string;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  /** Where arguments are captured, and it has some. */
  readonly parameters?: readonly string[];
}

export interface RewrittenModule {
  readonly code: string;
  readonly functions: readonly RewrittenFunction[];
}

export interface RewrittenText {
  readonly code: string;
  /** From the text that was given. */
  readonly map: SourceMap;
}

export interface RewriteOptions {
  /** Absolute, of the file. */
  readonly path: string;
  readonly format: ModuleFormat;
  /** The functions hand over what they are called with. @default false */
  readonly capturesArguments?: boolean;
  /** What a function throws is known, whoever it comes from; where nobody catches it, Node names another place. @default false */
  readonly keepsErrors?: boolean;
  /** Told why a module is left alone though something could be done. */
  readonly onProblem?: (reason: string) => void;
}

/** Undefined where there is nothing to be done, or the text cannot be parsed. Never throws. */
export function rewriteModule(
  source: string,
  options: RewriteOptions,
): RewrittenModule | undefined {
  try {
    return rewritten(source, options);
  } catch (error) {
    options.onProblem?.(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/**
 * The same for a text that runs in another process than this: it brings along what is known of its functions.
 *
 * @param input asked for the map of what was done to the text before, where there is something to be rewritten
 */
export function rewriteApart(
  source: string,
  options: RewriteOptions,
  input: () => InputMap | undefined,
): RewrittenText | undefined {
  try {
    const edit = editOf(source, options);
    if (edit === undefined) return undefined;
    const { path } = options;
    const { edited, text, start, editor } = edit;
    const accessor = text.accessor(path, functionsOf(editor, source, path, input()));
    edited.prependLeft(start, accessor);
    const first = { offset: start, text: accessor, beginning: undefined };
    const pieces = [first, ...editor.pieces].sort((a, b) => a.offset - b.offset);
    return { code: edited.toString(), map: apartMap(source, edited, path, pieces) };
  } catch (error) {
    options.onProblem?.(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function rewritten(source: string, options: RewriteOptions): RewrittenModule | undefined {
  const edit = editOf(source, options);
  if (edit === undefined) return undefined;
  const { path } = options;
  const { edited, text, start, editor, mapUrl } = edit;
  edited.prependLeft(start, text.accessor(path));
  const input = readInputMap(mapUrl, path);
  const map = mapComment(edited, path, input);
  const body = edited.toString();
  return {
    code: `${body}${/(?:^|\n)[ \t]*$/.test(body) ? '' : '\n'}${map}`,
    functions: functionsOf(editor, source, path, input),
  };
}

interface Edit {
  readonly edited: MagicString;
  readonly text: InsertedText;
  /** Where the module begins to do something. */
  readonly start: number;
  readonly editor: FunctionEditor;
  /** Of the map that the text names, whose comment is gone. */
  readonly mapUrl: string | undefined;
}

/** Undefined where there is nothing to be done. */
function editOf(
  source: string,
  { format, capturesArguments = false, keepsErrors = false }: RewriteOptions,
): Edit | undefined {
  const tree = parseModule(source, format);
  const edited = new MagicString(source);
  const text = new InsertedText(source, keepsErrors);
  const first = (tree.program['body'] as readonly SyntaxNode[]).find(
    ({ directive }) => directive === undefined,
  );
  if (first === undefined) return undefined;
  const editor = new FunctionEditor(tree, edited, text, capturesArguments);
  editor.edit();
  if (editor.wrapped.length === 0) return undefined;
  const { mapComment: comment } = tree;
  if (comment !== undefined) edited.remove(comment.start, comment.end);
  const mapUrl = comment?.value.replace(/^[#@]\s*sourceMappingURL=/, '').trim();
  return { edited, text, start: first.start, editor, mapUrl };
}

function functionsOf(
  { wrapped }: FunctionEditor,
  source: string,
  path: string,
  input: InputMap | undefined,
): RewrittenFunction[] {
  const lineStarts = startsOfLines(source);
  const origin = originOf(input);
  return wrapped.map(({ start, ...known }, id) => {
    const lineStart = lastUpTo(lineStarts, start);
    const line = lineStarts.indexOf(lineStart) + 1;
    return { id, ...origin(line, start - lineStart + 1, path), ...known };
  });
}

/** As the language counts lines. */
function startsOfLines(source: string): number[] {
  const starts = [0];
  for (const { index, 0: end } of source.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) {
    starts.push(index + end.length);
  }
  return starts;
}
