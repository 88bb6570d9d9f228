/**
 * Parses text with Mermaid itself. Its parser needs no page, but two of its diagrams pass labels through
 * DOMPurify, which without a page has no hooks and no `sanitize`: here they let everything through, which
 * makes parsing no more lenient.
 */
import DOMPurify from 'dompurify';

Object.assign(DOMPurify, { addHook: () => undefined, sanitize: (text: string) => text });

const { default: mermaid } = await import('mermaid');

/** What Mermaid understood: the kind of diagram, and how many of each of its parts. */
export interface ParsedDiagram {
  readonly type: string;
  /** Participants, sections or boxes. */
  readonly places: number;
  /** Arrows and notes, bars, or edges. */
  readonly steps: number;
}

/** Of Mermaid's diagrams, what is read here. */
interface Database {
  getActors?(): ReadonlyMap<string, unknown>;
  getMessages?(): readonly unknown[];
  getSections?(): readonly unknown[];
  getTasks?(): readonly unknown[];
  getVertices?(): ReadonlyMap<string, unknown>;
  getEdges?(): readonly unknown[];
}

/** Throws Mermaid's own error where the text is no diagram. */
export async function parseMermaid(text: string): Promise<ParsedDiagram> {
  const parsed = await mermaid.parse(text);
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  const db = diagram.db as unknown as Database;
  const places = db.getActors?.().size ?? db.getSections?.().length ?? db.getVertices?.().size;
  const steps = db.getMessages?.().length ?? db.getTasks?.().length ?? db.getEdges?.().length;
  return { type: parsed.diagramType, places: places ?? 0, steps: steps ?? 0 };
}
