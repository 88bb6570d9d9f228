/**
 * What a function hands over of a call: its parameters by their names, those that patterns bind too. Reading them
 * where the body begins runs nothing of the program and, unlike `arguments`, costs nothing where nobody asks. What was
 * passed beyond the parameters is handed over by functions that use `arguments` themselves: as the last.
 *
 * Bound: PARAMETERS_MAX names.
 */
import { ARGUMENTS } from '../calls/captured-call.ts';
import { childrenOf, isNode, type SyntaxNode } from './syntax-tree.ts';

const PARAMETERS_MAX = 32;

export interface GivenArguments {
  readonly names: readonly string[];
  /** The values, as an expression list. */
  readonly text: string;
}

/** Undefined where there is nothing to hand over. */
export function givenArguments(node: SyntaxNode): GivenArguments | undefined {
  const parameters = node['params'] as readonly SyntaxNode[];
  const names = [...new Set(parameters.flatMap(boundNames))].slice(0, PARAMETERS_MAX);
  const isPlain = names.length === parameters.length && parameters.every(isPlainParameter);
  if (isPlain && usesArguments(node) && !names.includes(ARGUMENTS)) names.push(ARGUMENTS);
  return names.length === 0 ? undefined : { names, text: names.join() };
}

/** Its value is the argument at its place. */
function isPlainParameter({ type, left }: SyntaxNode): boolean {
  return type === 'Identifier' || (isNode(left) && left.type === 'Identifier');
}

function boundNames(pattern: SyntaxNode): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [String(pattern['name'])];
    case 'AssignmentPattern':
      return boundNames(pattern['left'] as SyntaxNode);
    case 'RestElement':
      return boundNames(pattern['argument'] as SyntaxNode);
    case 'Property':
      return boundNames(pattern['value'] as SyntaxNode);
    case 'ArrayPattern':
    case 'ObjectPattern':
      return childrenOf(pattern).flatMap(boundNames);
    default:
      return [];
  }
}

/** Its own `arguments`, also from within an arrow function. */
function usesArguments(node: SyntaxNode): boolean {
  if (node.type === 'ArrowFunctionExpression') return false;
  return childrenOf(node).some(mentionsArguments);
}

function mentionsArguments(node: SyntaxNode): boolean {
  if (node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression') return false;
  if (node.type === 'Identifier') return node['name'] === ARGUMENTS;
  if (node.type === 'MemberExpression' && node['computed'] !== true) {
    const { object } = node;
    return isNode(object) && mentionsArguments(object);
  }
  return childrenOf(node).some(mentionsArguments);
}
