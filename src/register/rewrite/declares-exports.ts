/**
 * Functions that compilers write to declare exports of CommonJS. Node finds the names of such exports by the exact
 * text of these functions, so they stay as they are:
 *
 *   Object.defineProperty(exports, 'a', { enumerable: true, get: function () { return b.a; } })
 *   Object.keys(b).forEach(function (key) { … Object.defineProperty(exports, key, …) })
 */
import { isNode, type SyntaxNode } from './syntax-tree.ts';

/** @param ancestors the nodes above it, the outermost first */
export function declaresExports(node: SyntaxNode, ancestors: readonly SyntaxNode[]): boolean {
  const parent = ancestors.at(-1);
  if (parent?.type === 'CallExpression') return isForEachOfKeys(parent['callee']);
  const call = ancestors.at(-3);
  if (parent?.type !== 'Property' || parent['value'] !== node || call?.type !== 'CallExpression') {
    return false;
  }
  const [target] = call['arguments'] as readonly SyntaxNode[];
  return isMember(call['callee'], 'Object', 'defineProperty') && isExports(target);
}

function isForEachOfKeys(callee: unknown): boolean {
  if (!isNode(callee) || callee.type !== 'MemberExpression') return false;
  const { object, property } = callee;
  if (!isNode(object) || object.type !== 'CallExpression') return false;
  return isName(property, 'forEach') && isMember(object['callee'], 'Object', 'keys');
}

function isExports(node: SyntaxNode | undefined): boolean {
  return isName(node, 'exports') || isMember(node, 'module', 'exports');
}

function isMember(node: unknown, object: string, property: string): boolean {
  return (
    isNode(node) &&
    node.type === 'MemberExpression' &&
    isName(node['object'], object) &&
    isName(node['property'], property)
  );
}

function isName(node: unknown, name: string): boolean {
  return isNode(node) && node.type === 'Identifier' && node['name'] === name;
}
