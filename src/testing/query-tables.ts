/**
 * The tables that a query of SQL names after FROM, JOIN, INTO, UPDATE and TABLE, as they are written, without
 * quotes: `public.orders`. Left out are names of WITH, functions, and the FROM and UPDATE of other clauses
 * (`EXTRACT(year FROM …)`, `IS DISTINCT FROM`, `FOR UPDATE`). A heuristic: tables behind a view, a procedure
 * or a subquery's comma are not seen. Bound: that of the tokens.
 */
import { type SqlToken, sqlTokens } from './sql-tokens.ts';

const BEFORE_TABLE = new Set(['FROM', 'JOIN', 'INTO', 'UPDATE', 'TABLE']);
/** Of words after which comes a list. */
const BEFORE_LIST = new Set(['FROM', 'UPDATE', 'TABLE']);
/** `f(` after these is a function that gives rows; after INTO it is a table and its columns. */
const BEFORE_FUNCTION = new Set(['FROM', 'JOIN']);
const BETWEEN = new Set(['ONLY', 'LATERAL', 'IF', 'NOT', 'EXISTS', 'TABLE']);
const NO_UPDATE_AFTER = new Set(['FOR', 'ON', 'KEY', 'DO', 'THEN']);
const FROM_WITHIN = new Set(['EXTRACT', 'SUBSTRING', 'TRIM', 'OVERLAY', 'POSITION']);
const NO_NAMES = new Set([
  'SELECT',
  'SET',
  'VALUES',
  'WHERE',
  'OUTFILE',
  'DUMPFILE',
  'DUAL',
  'STDIN',
]);

export function queryTables(query: string): ReadonlySet<string> {
  const tokens = sqlTokens(query);
  const common = commonTables(tokens);
  const tables = new Set<string>();
  /** The word before each parenthesis that is open. */
  const open: string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const { type, upper } = tokens[at]!;
    if (upper === '(') open.push(tokens[at - 1]?.upper ?? '');
    else if (upper === ')') open.pop();
    else if (type === 'word' && BEFORE_TABLE.has(upper) && opensClause(tokens, at, open)) {
      for (const name of namesAfter(tokens, at)) {
        if (!common.has(name.toUpperCase())) tables.add(name);
      }
    }
  }
  return tables;
}

function opensClause(tokens: readonly SqlToken[], at: number, open: readonly string[]): boolean {
  const { upper } = tokens[at]!;
  const before = tokens[at - 1]?.upper ?? '';
  if (upper === 'UPDATE') return !NO_UPDATE_AFTER.has(before);
  if (upper !== 'FROM') return true;
  if (FROM_WITHIN.has(open.at(-1) ?? '')) return false;
  const twoBefore = tokens[at - 2]?.upper ?? '';
  return !(before === 'DISTINCT' && (twoBefore === 'IS' || twoBefore === 'NOT'));
}

function namesAfter(tokens: readonly SqlToken[], clause: number): string[] {
  const { upper } = tokens[clause]!;
  const names: string[] = [];
  let at = clause + 1;
  for (;;) {
    while (BETWEEN.has(tokens[at]?.upper ?? '')) at++;
    const from = at;
    while (isName(tokens[at]) && tokens[at + 1]?.upper === '.') at += 2;
    if (!isName(tokens[at])) return names;
    const parts = tokens.slice(from, ++at).filter(isName);
    const isFunction = tokens[at]?.upper === '(' && BEFORE_FUNCTION.has(upper);
    if (isFunction) return names;
    names.push(parts.map(({ text }) => text).join('.'));
    if (tokens[at]?.upper === 'AS') at++;
    if (isName(tokens[at]) && tokens[at + 1]?.upper === ',') at++;
    if (!BEFORE_LIST.has(upper) || tokens[at]?.upper !== ',') return names;
    at++;
  }
}

function isName(token: SqlToken | undefined): token is SqlToken {
  if (token === undefined) return false;
  return token.type === 'quoted' || (token.type === 'word' && !NO_NAMES.has(token.upper));
}

/** Names that WITH gives, in capitals. */
function commonTables(tokens: readonly SqlToken[]): ReadonlySet<string> {
  const names = new Set<string>();
  if (!tokens.some(({ upper }) => upper === 'WITH')) return names;
  for (let at = 1; at < tokens.length; at++) {
    if (tokens[at]!.upper !== 'AS') continue;
    let after = at + 1;
    while (['NOT', 'MATERIALIZED'].includes(tokens[after]?.upper ?? '')) after++;
    if (tokens[after]?.upper !== '(') continue;
    let before = at - 1;
    // Its columns stand between.
    if (tokens[before]?.upper === ')') {
      while (before > 0 && tokens[before]!.upper !== '(') before--;
      before--;
    }
    if (isName(tokens[before])) names.add(tokens[before]!.text.toUpperCase());
  }
  return names;
}
