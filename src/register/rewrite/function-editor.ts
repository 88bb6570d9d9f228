/**
 * Puts text around the bodies of a module's functions and at the places where they return, throw, catch and
 * pause (inserted-text.ts). Nothing that is inserted contains a line break. One walk, in the order of the text: pieces
 * at one offset come out as they were put in.
 */
import type MagicString from 'magic-string';
import { declaresExports } from './declares-exports.ts';
import { functionName } from './function-name.ts';
import { type FunctionShape, functionShape, holdsFunction } from './function-shape.ts';
import { givenArguments } from './given-arguments.ts';
import type { InsertedText } from './inserted-text.ts';
import { isForAwait, OpenLoops } from './open-loops.ts';
import type { SyntaxTree } from './syntax-tree.ts';
import { childrenOf, isFunction, isNode, lastUpTo, type SyntaxNode } from './syntax-tree.ts';

/** A function whose body is wrapped. Its id is its place in the list. */
export interface WrappedFunction {
  readonly name: string;
  /** Offset of the function, of a method that of its key. */
  readonly start: number;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  /** Where arguments are captured, and it has some. */
  readonly parameters?: readonly string[];
}

/** What Istanbul puts into modules counts what is covered: no function of the program, and called by each line of it. */
const COUNTER = /^cov_[0-9a-z]{6,}$/;

/** A piece of text that was put in. */
export interface InsertedPiece {
  /** In the source. */
  readonly offset: number;
  readonly text: string;
  /** Offset of what begins with it, where that is the program's: a statement, or the value of an arrow function. */
  readonly beginning: number | undefined;
}

export class FunctionEditor {
  readonly wrapped: WrappedFunction[] = [];
  readonly pieces: InsertedPiece[] = [];
  readonly #tree: SyntaxTree;
  readonly #edited: MagicString;
  readonly #text: InsertedText;
  readonly #capturesArguments: boolean;
  readonly #ancestors: SyntaxNode[] = [];
  readonly #loops = new OpenLoops();
  /** Offsets of statements of a list: an opening parenthesis there may be taken for a call of what is before it. */
  readonly #listed = new Set<number>();
  /** Of the function around; undefined where it is not wrapped, and outside of functions. */
  #around: FunctionShape | undefined;

  constructor(
    tree: SyntaxTree,
    edited: MagicString,
    text: InsertedText,
    capturesArguments: boolean,
  ) {
    this.#tree = tree;
    this.#capturesArguments = capturesArguments;
    this.#edited = edited;
    this.#text = text;
  }

  edit(): void {
    this.#visit(this.#tree.program);
  }

  #visit(node: SyntaxNode): void {
    if (isFunction(node)) this.#function(node);
    else if (node.type === 'StaticBlock') this.#within(undefined, () => this.#children(node));
    else if (node.type === 'PropertyDefinition') this.#field(node);
    else {
      this.#noteList(node);
      this.#loops.within(node, () => {
        if (this.#around !== undefined) this.#inFunction(node, this.#around);
        else if (node.type === 'TryStatement') this.#try(node, undefined);
        else this.#children(node);
      });
    }
  }

  #inFunction(node: SyntaxNode, around: FunctionShape): void {
    switch (node.type) {
      case 'ReturnStatement':
        this.#return(node, around);
        break;
      case 'ThrowStatement':
        this.#throw(node);
        break;
      case 'TryStatement':
        this.#try(node, around);
        break;
      case 'AwaitExpression':
      case 'YieldExpression':
        this.#pause(node, around);
        break;
      case 'ForOfStatement':
        this.#forOf(node, around);
        break;
      case 'BreakStatement':
      case 'ContinueStatement':
        this.#jump(node, around);
        break;
      default:
        this.#children(node);
    }
  }

  #children(node: SyntaxNode): void {
    this.#ancestors.push(node);
    for (const child of childrenOf(node)) this.#visit(child);
    this.#ancestors.pop();
  }

  #within(around: FunctionShape | undefined, run: () => void): void {
    const before = this.#around;
    this.#around = around;
    this.#loops.apart(run);
    this.#around = before;
  }

  #noteList({ type, body, consequent }: SyntaxNode): void {
    const statements =
      type === 'Program' || type === 'BlockStatement'
        ? body
        : type === 'SwitchCase'
          ? consequent
          : [];
    for (const statement of statements as readonly SyntaxNode[]) {
      if (statement.type === 'ExpressionStatement') this.#listed.add(statement.start);
    }
  }

  /** The key belongs to the code around the class, the value to no function. */
  #field(node: SyntaxNode): void {
    this.#ancestors.push(node);
    const { key, value } = node;
    if (isNode(key)) this.#visit(key);
    if (isNode(value)) this.#within(undefined, () => this.#visit(value));
    this.#ancestors.pop();
  }

  #function(node: SyntaxNode): void {
    const shape = functionShape(node);
    const body = node['body'] as SyntaxNode;
    const name = functionName(node, this.#ancestors);
    if (shape === undefined || COUNTER.test(name) || declaresExports(node, this.#ancestors)) {
      this.#within(undefined, () => this.#children(node));
      return;
    }
    const id = this.wrapped.length;
    const above = this.#ancestors.at(-1);
    const isMember = above?.['value'] === node && isNode(above['key']);
    const given = this.#capturesArguments ? givenArguments(node) : undefined;
    this.wrapped.push({
      name,
      start: isMember ? above.start : node.start,
      isAsync: shape.isAsync,
      isGenerator: shape.isGenerator,
      ...(given !== undefined && { parameters: given.names }),
    });
    this.#ancestors.push(node);
    for (const child of childrenOf(node)) {
      if (child !== body) this.#visit(child);
    }
    this.#within(shape, () => {
      const open = this.#text.open(id, shape.mode === 'detached', given?.text);
      if (body.type === 'BlockStatement') this.#block(body, open);
      else this.#expression(node, body, open);
    });
    this.#ancestors.pop();
  }

  #block(body: SyntaxNode, open: string): void {
    const directives = (body['body'] as readonly SyntaxNode[]).filter(
      ({ directive }) => directive !== undefined,
    );
    const last = directives.at(-1);
    // A directive may end without a semicolon.
    if (last === undefined) this.#put(body.start + 1, open);
    else this.#put(last.end, `;${open}`);
    this.#visit(body);
    this.#put(body.end - 1, `;(${this.#text.result})=void 0${this.#text.close()}`);
  }

  /** Of an arrow function; parentheses around it are no part of the node. */
  #expression(node: SyntaxNode, body: SyntaxNode, open: string): void {
    const arrowEnd = lastUpTo(this.#tree.arrowEnds, body.start);
    const [before, after] = this.#text.keep('result', holdsFunction(body));
    this.#put(arrowEnd, '{', body.start);
    this.#put(arrowEnd, open);
    this.#put(arrowEnd, `return ${before}`, body.start);
    this.#visit(body);
    this.#put(node.end, `${after}${this.#text.close()}}`);
  }

  #return(node: SyntaxNode, shape: FunctionShape): void {
    const { frame, result, value } = this.#text;
    const { argument } = node;
    if (!isNode(argument)) {
      this.#put(node.start, `{(${result})=void 0;`);
      this.#put(node.end, '}');
      return;
    }
    // An async generator waits for what it returns.
    const pauses = shape.isAsync && shape.isGenerator;
    const [before, after] = this.#text.keep(pauses ? 'value' : 'result', holdsFunction(argument));
    // `return[]` needs no space, and so needs one now.
    this.#put(argument.start, ` ${before}`);
    this.#children(node);
    this.#put(argument.end, pauses ? `${after},${frame}?.leave(),(${result})=${value}` : after);
  }

  #throw(node: SyntaxNode): void {
    const argument = node['argument'] as SyntaxNode;
    const [before, after] = this.#text.keep('thrown', holdsFunction(argument));
    this.#put(argument.start, ` ${before}`);
    this.#children(node);
    this.#put(argument.end, after);
  }

  /** @param around undefined outside of functions that are watched: what they threw is caught there as well */
  #try(node: SyntaxNode, around: FunctionShape | undefined): void {
    const { frame, thrown, error } = this.#text;
    const { block, handler, finalizer } = node;
    this.#ancestors.push(node);
    this.#visit(block as SyntaxNode);
    if (isNode(handler)) {
      const { param } = handler;
      const body = handler['body'] as SyntaxNode;
      if (isNode(param)) this.#visit(param);
      else this.#put(body.start, `(${error})`);
      const isNamed = isNode(param) && param.type === 'Identifier';
      const name = isNamed ? String(param['name']) : isNode(param) ? '' : error;
      const caught =
        around === undefined
          ? this.#text.caughtOutside(name)
          : `(${thrown})=void 0;${frame}?.caught(${name});`;
      this.#put(body.start + 1, caught);
      this.#visit(body);
    }
    if (isNode(finalizer)) {
      const pauses = around?.mode === 'async' || around?.mode === 'generator';
      if (pauses) this.#put(finalizer.start + 1, `${frame}?.resume(true);`);
      this.#visit(finalizer);
    }
    this.#ancestors.pop();
  }

  /** Whoever runs meanwhile is not called by this function: it is left before, and entered again after. */
  #pause(node: SyntaxNode, { mode }: FunctionShape): void {
    if (mode !== 'async' && mode !== 'generator') {
      this.#children(node);
      return;
    }
    const { frame, value } = this.#text;
    const { argument } = node;
    const semicolon = this.#listed.has(node.start) ? ';' : '';
    if (!isNode(argument)) {
      this.#put(node.start, `${semicolon}(${frame}?.leave(),(${value})=`, node.start);
      this.#put(node.end, `,${frame}?.resume(),${value})`);
      return;
    }
    // The keyword stays where it is: stack traces name its line.
    const [before, after] = this.#text.keep('value', false);
    this.#put(node.start, `${semicolon}((${value})=`, node.start);
    this.#put(this.#afterKeyword(node), `(${before}`);
    this.#children(node);
    // In a list, as in `#forOf`: without one coverage tells of it.
    const leave =
      node.type === 'AwaitExpression'
        ? `(${value})=[${frame}?.awaiting(${value})??${value}][0]`
        : `${frame}?.leave(),${value}`;
    this.#put(node.end, `${after},${leave}),${frame}?.resume(),${value})`);
  }

  /** One that awaits pauses before each round, and at its end. */
  #forOf(node: SyntaxNode, { mode }: FunctionShape): void {
    if (mode !== 'async' || !isForAwait(node)) {
      this.#children(node);
      return;
    }
    const { frame, value, away, back } = this.#text;
    const right = node['right'] as SyntaxNode;
    const body = node['body'] as SyntaxNode;
    // A label belongs to the loop: what follows the loop follows its labels.
    const labelled = this.#ancestors.slice(1 + this.#ancestors.findLastIndex(isNoLabel));
    this.#put((labelled[0] ?? node).start, '{');
    this.#ancestors.push(node);
    this.#visit(node['left'] as SyntaxNode);
    const [before, after] = this.#text.keep('value', holdsFunction(right));
    this.#put(right.start, `(${before}`);
    this.#visit(right);
    this.#put(
      right.end,
      `${after},${frame}?.leave(),[${frame}?.iterated(${value})??${value},(${value})=${frame}][0])`,
    );
    const isBlock = body.type === 'BlockStatement';
    this.#put(isBlock ? body.start + 1 : body.start, `${isBlock ? '' : '{'}${back}`);
    this.#visit(body);
    this.#put(isBlock ? body.end - 1 : body.end, `;${away}${isBlock ? '' : '}'}`);
    this.#ancestors.pop();
    this.#put(node.end, `${back}}`);
  }

  /** To where the function pauses. */
  #jump(node: SyntaxNode, { mode }: FunctionShape): void {
    if (mode !== 'async' || !this.#loops.goesToPause(node)) return;
    this.#put(node.start, `{${this.#text.away}`);
    this.#put(node.end, '}');
  }

  #afterKeyword(node: SyntaxNode): number {
    if (node['delegate'] !== true) return node.start + 'await'.length;
    return this.#tree.stars.find((at) => at > node.start)! + 1;
  }

  #put(offset: number, text: string, beginning?: number): void {
    this.#edited.appendLeft(offset, text);
    this.pieces.push({ offset, text, beginning });
  }
}

function isNoLabel({ type }: SyntaxNode): boolean {
  return type !== 'LabeledStatement';
}
