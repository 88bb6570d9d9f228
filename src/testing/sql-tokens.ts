/**
 * SQL as tokens: enough to tell names from values in the dialects that programs speak, and no parser. What
 * is not understood is a token of its own. Bound: the first TEXT_MAX characters of a query.
 */
export interface SqlToken {
  /** `value` is a literal or a parameter. */
  readonly type: 'word' | 'quoted' | 'value' | 'mark';
  /** Words in capitals as well, to be compared. */
  readonly upper: string;
  /** Of a quoted name: without the quotes. */
  readonly text: string;
}

const TEXT_MAX = 16_384;

const TOKEN =
  /(?<skip>\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<value>'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|\$(?<tag>\w*)\$[\s\S]*?(?:\$\k<tag>\$|$)|\d[\w.]*|\?\d*|[$:@]\w+)|(?<quoted>"(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$)|\[[^\]\s]+\])|(?<word>[\p{L}_#][\p{L}\p{N}_$#@]*)|(?<mark>[\s\S])/gu;

export function sqlTokens(query: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  for (const { groups = {} } of query.slice(0, TEXT_MAX).matchAll(TOKEN)) {
    const { value, quoted, word, mark } = groups;
    if (word !== undefined) tokens.push({ type: 'word', text: word, upper: word.toUpperCase() });
    else if (value !== undefined) tokens.push({ type: 'value', text: value, upper: '' });
    else if (quoted !== undefined) {
      tokens.push({ type: 'quoted', text: quoted.slice(1, -1), upper: '' });
    } else if (mark !== undefined) tokens.push({ type: 'mark', text: mark, upper: mark });
  }
  return tokens;
}
