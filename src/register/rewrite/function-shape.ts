/**
 * What of a function decides how its body can be wrapped: how it runs, and whether its declarations may move
 * into a block.
 */
import { childrenOf, isFunction, isNode, type SyntaxNode } from './syntax-tree.ts';

/**
 *   sync        nothing interrupts it
 *   generator   its yields do
 *   async       its awaits do, and its yields where it is a generator too
 *   detached    something that has no place for an edit interrupts it (`await using`): it is timed, and its callees
 *               count as its caller's
 */
export type RunMode = 'sync' | 'generator' | 'async' | 'detached';

export interface FunctionShape {
  readonly mode: RunMode;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
}

/** Undefined where the body cannot be wrapped without changing what it means. */
export function functionShape(node: SyntaxNode): FunctionShape | undefined {
  const isAsync = node['async'] === true;
  const isGenerator = node['generator'] === true;
  const body = node['body'] as SyntaxNode;
  if (body.type !== 'BlockStatement') {
    return { mode: isAsync ? 'async' : 'sync', isAsync, isGenerator };
  }
  const statements = body['body'] as readonly SyntaxNode[];
  if (statements.some(({ directive }) => directive === 'use asm')) return undefined;
  if (clashes(statements)) return undefined;
  const mode = !isAsync ? (isGenerator ? 'generator' : 'sync') : 'async';
  return { mode: isAsync && isInterrupted(body) ? 'detached' : mode, isAsync, isGenerator };
}

/**
 * In a block a function is declared like a `let`: twice, or beside a `var` of its name, is an error there,
 * and none at the top of a function.
 */
function clashes(statements: readonly SyntaxNode[]): boolean {
  const declared = new Set<string>();
  for (const { type, id } of statements) {
    if (type !== 'FunctionDeclaration' || !isNode(id)) continue;
    const name = String(id['name']);
    if (declared.has(name)) return true;
    declared.add(name);
  }
  if (declared.size === 0) return false;
  return statements.some((statement) => declaresVar(statement, declared));
}

function declaresVar(node: SyntaxNode, names: ReadonlySet<string>): boolean {
  if (isFunction(node) || node.type === 'StaticBlock') return false;
  if (node.type === 'VariableDeclaration' && node['kind'] === 'var') {
    const declarations = node['declarations'] as readonly SyntaxNode[];
    if (declarations.some(({ id }) => isNode(id) && binds(id, names))) return true;
  }
  return childrenOf(node).some((child) => declaresVar(child, names));
}

/** Any identifier of the pattern counts, a key or a default value too: then the function is left as it is. */
function binds(pattern: SyntaxNode, names: ReadonlySet<string>): boolean {
  if (pattern.type === 'Identifier') return names.has(String(pattern['name']));
  return childrenOf(pattern).some((child) => binds(child, names));
}

function isInterrupted(node: SyntaxNode): boolean {
  if (isFunction(node)) return false;
  if (node.type === 'VariableDeclaration' && node['kind'] === 'await using') return true;
  return childrenOf(node).some(isInterrupted);
}

/** Whether an expression makes a function, or a class, of its own. */
export function holdsFunction(node: SyntaxNode): boolean {
  if (isFunction(node) || node.type === 'ClassExpression') return true;
  return childrenOf(node).some(holdsFunction);
}
