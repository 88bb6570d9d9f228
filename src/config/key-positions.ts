/**
 * Where each key of a TOML text stands.
 *
 * The parser behind it keeps every token, which the configuration itself does not need: so it is loaded
 * when a problem is reported or somebody asks where a value came from, and not before. `require` and not
 * `import()`, so that reading a configuration stays synchronous (a constructor has to be able to do it).
 */
import { createRequire } from 'node:module';
import type { AST } from 'toml-eslint-parser';

/** Both begin at 1. */
export interface KeyPosition {
  readonly line: number;
  readonly column: number;
}

/** Dotted keys and tables with their first place; empty for a text that is not TOML. */
export function keyPositions(text: string): ReadonlyMap<string, KeyPosition> {
  const require = createRequire(import.meta.url);
  const { parseTOML } = require('toml-eslint-parser') as typeof import('toml-eslint-parser');
  const positions = new Map<string, KeyPosition>();
  let program: AST.TOMLProgram;
  try {
    program = parseTOML(text);
  } catch {
    return positions;
  }
  for (const node of program.body[0].body) {
    if (node.type === 'TOMLTable') {
      const path = node.resolvedKey.map(String);
      note(positions, path, node.key);
      for (const entry of node.body) notePair(positions, path, entry);
    } else notePair(positions, [], node);
  }
  return positions;
}

/** Inline tables are walked as deep as the parser took them, which bounds its own depth. */
function notePair(
  positions: Map<string, KeyPosition>,
  table: readonly string[],
  pair: AST.TOMLKeyValue,
): void {
  const path = [...table, ...pair.key.keys.map((k) => (k.type === 'TOMLBare' ? k.name : k.value))];
  note(positions, path, pair.key);
  if (pair.value.type !== 'TOMLInlineTable') return;
  for (const inner of pair.value.body) notePair(positions, path, inner);
}

/** `a.b.c = 1` also places `a` and `a.b`, where nothing placed them before. */
function note(
  positions: Map<string, KeyPosition>,
  path: readonly string[],
  key: AST.TOMLKey,
): void {
  for (let length = 1; length <= path.length; length++) {
    const name = path.slice(0, length).join('.');
    if (positions.has(name)) continue;
    positions.set(name, { line: key.loc.start.line, column: key.loc.start.column + 1 });
  }
}
