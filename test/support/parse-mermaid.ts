/**
 * Parses text with Mermaid itself. Its parser needs no page, but two of its diagrams pass labels through
 * DOMPurify, which without a page has no hooks and no `sanitize`: here they let everything through, which
 * makes parsing no more lenient.
 */
import DOMPurify from 'dompurify';

Object.assign(DOMPurify, { addHook: () => undefined, sanitize: (text: string) => text });

const { default: mermaid } = await import('mermaid');

/** The kind of diagram that it is. Throws Mermaid's own error where it is none. */
export async function parseMermaid(text: string): Promise<string> {
  const parsed = await mermaid.parse(text);
  if (parsed === false) throw new Error('not a diagram');
  return parsed.diagramType;
}
