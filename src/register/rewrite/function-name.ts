/**
 * What a function is called by those who read the source: `Class#method`, `Class.method` for a static one,
 * else the name of what it is the value of.
 */
import { ANONYMOUS } from '../../tracing/trace-options.ts';
import { isNode, type SyntaxNode } from './syntax-tree.ts';

const NAME_MAX = 128;

/** @param ancestors the nodes above it, the outermost first */
export function functionName(node: SyntaxNode, ancestors: readonly SyntaxNode[]): string {
  const own = identifier(node['id']);
  const parent = ancestors.at(-1);
  const name = own ?? (parent && nameIn(node, parent, ancestors)) ?? ANONYMOUS;
  return name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 1)}…` : name;
}

function nameIn(
  node: SyntaxNode,
  parent: SyntaxNode,
  ancestors: readonly SyntaxNode[],
): string | undefined {
  switch (parent.type) {
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent['value'] === node ? memberName(parent, ancestors) : undefined;
    case 'Property':
      return parent['value'] === node ? propertyName(parent, ancestors) : undefined;
    case 'VariableDeclarator':
      return targetName(parent['id']);
    case 'AssignmentExpression':
    case 'AssignmentPattern':
      return parent['right'] === node ? targetName(parent['left']) : undefined;
    case 'ExportDefaultDeclaration':
      return 'default';
    default:
      return undefined;
  }
}

function memberName(member: SyntaxNode, ancestors: readonly SyntaxNode[]): string | undefined {
  const key = keyName(member);
  if (key === undefined) return undefined;
  const prefix = member['kind'] === 'get' || member['kind'] === 'set' ? `${member['kind']} ` : '';
  const owner = className(ancestors);
  if (owner === undefined) return prefix + key;
  return `${owner}${member['static'] === true ? '.' : '#'}${prefix}${key}`;
}

/** Of the innermost class: its own name, or that of what it is assigned to. */
function className(ancestors: readonly SyntaxNode[]): string | undefined {
  for (let at = ancestors.length - 1; at >= 0; at--) {
    const node = ancestors[at]!;
    if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') continue;
    const above = ancestors[at - 1];
    return identifier(node['id']) ?? (above && nameIn(node, above, ancestors.slice(0, at)));
  }
  return undefined;
}

function propertyName(property: SyntaxNode, ancestors: readonly SyntaxNode[]): string | undefined {
  const key = keyName(property);
  const above = ancestors.at(-3);
  const object = ancestors.at(-2);
  const owner =
    above !== undefined && above.type === 'VariableDeclarator' && above['init'] === object
      ? identifier(above['id'])
      : undefined;
  return key === undefined || owner === undefined ? key : `${owner}.${key}`;
}

/** Undefined for a computed one that is no plain text. */
function keyName(member: SyntaxNode): string | undefined {
  const key = member['key'] as SyntaxNode;
  if (key.type === 'Literal') return String(key['value']);
  if (member['computed'] === true) return undefined;
  if (key.type === 'PrivateIdentifier') return `#${String(key['name'])}`;
  return identifier(key);
}

/** `Class.prototype.method = …` is `Class#method`, `exports.name = …` is `name`. */
function targetName(target: unknown): string | undefined {
  if (!isNode(target)) return undefined;
  if (target.type !== 'MemberExpression') return identifier(target);
  if (target['computed'] === true) return undefined;
  const property = target['property'] as SyntaxNode;
  const name =
    property.type === 'PrivateIdentifier' ? `#${String(property['name'])}` : identifier(property);
  const object = target['object'] as SyntaxNode;
  if (name === undefined || object.type !== 'MemberExpression') return name;
  const isPrototype = identifier(object['property']) === 'prototype';
  const owner = identifier(object['object']);
  return isPrototype && owner !== undefined ? `${owner}#${name}` : name;
}

function identifier(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? String(node['name']) : undefined;
}
