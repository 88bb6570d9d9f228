/**
 * JSON over several lines, without reading its values: digits, escapes and the order of keys stay as they came. Linear; what is no JSON comes
 * out as it went in, only broken.
 */
const INDENT = '  ';

export function prettyJson(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  let at = 0;
  const newLine = (): void => {
    parts.push('\n', INDENT.repeat(depth));
  };
  while (at < text.length) {
    const character = text[at]!;
    if (character === '"') {
      const end = stringEnd(text, at);
      parts.push(text.slice(at, end));
      at = end;
      continue;
    }
    at++;
    if (character === '{' || character === '[') {
      const next = /\S/.exec(text.slice(at, at + 8))?.[0];
      parts.push(character);
      if (next === '}' || next === ']') {
        parts.push(next);
        at = text.indexOf(next, at) + 1;
        continue;
      }
      depth++;
      newLine();
    } else if (character === '}' || character === ']') {
      depth = Math.max(0, depth - 1);
      newLine();
      parts.push(character);
    } else if (character === ',') {
      parts.push(character);
      newLine();
    } else if (character === ':') parts.push(': ');
    else if (!/\s/.test(character)) {
      const end = wordEnd(text, at);
      parts.push(text.slice(at - 1, end));
      at = end;
    }
  }
  return parts.join('');
}

function stringEnd(text: string, begin: number): number {
  for (let at = begin + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function wordEnd(text: string, begin: number): number {
  let at = begin;
  while (at < text.length && !/[\s,:{}[\]"]/.test(text[at]!)) at++;
  return at;
}
