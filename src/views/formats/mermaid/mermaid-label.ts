/**
 * Names from outside as Mermaid text, fit for all three diagrams. Whatever could mean something to
 * Mermaid, to Markdown or to HTML becomes an entity code (`#59;`), which Mermaid takes out of the text
 * before it parses and puts back when it draws (Mermaid, Flowcharts, "Entity codes to escape characters").
 */
import { label } from '../clean-text.ts';

/** ASCII that is plain text everywhere, and all else but the two signs that Mermaid's own escapes use. */
const PLAIN = /^(?:[\w .,()/+=!?'[\]-]|(?![°¶])[\u0080-\u{10ffff}])$/u;

export function mermaidLabel(text: string, charactersMax: number): string {
  let written = '';
  for (const character of label(text, charactersMax)) {
    written += PLAIN.test(character) ? character : entity(character);
  }
  return written;
}

/** What Mermaid's gantt lexer takes for something else at the start of a line: words, and dates. */
const LINE_KEYWORD =
  /^(?:acc|axisFormat|call|click|dateFormat|excludes|gantt|href|includes|inclusiveEndDates|section|tickInterval|title|todayMarker|topAxis|weekday|weekend|\d)/i;

/** For places where the text begins a line. */
export function mermaidLineStart(label: string): string {
  return LINE_KEYWORD.test(label) ? entity(label[0]!) + label.slice(1) : label;
}

function entity(character: string): string {
  return `#${character.codePointAt(0)};`;
}
