/** The trace as the API writes it out, page by page as far as somebody reads on; in lines. */
import { API, ask, textOf, urlOf } from '../../../../data/api.ts';
import { prettyJson } from './pretty-json.ts';

export const RAW_FORMATS = ['synton', 'otlp', 'text', 'sequence', 'gantt', 'flowchart'] as const;
export type RawFormat = (typeof RAW_FORMATS)[number];

export interface RawPage {
  /** As it came. */
  readonly content: string;
  readonly lines: readonly string[];
  readonly spans: number;
  /** Something is left out. */
  readonly isTruncated: boolean;
  /** Of the next page; undefined at the end, and of formats that have one page. */
  readonly next: string | undefined;
  readonly contentType: string;
}

export const isJson = (format: RawFormat): boolean => format === 'synton' || format === 'otlp';

const SPANS_A_PAGE = 500;

export async function askRaw(
  traceId: string,
  format: RawFormat,
  { subtree, after, signal }: { subtree?: string; after?: string; signal: AbortSignal },
): Promise<RawPage> {
  const query = isJson(format)
    ? { format: 'json', flavor: format, limit: SPANS_A_PAGE, after }
    : format === 'text'
      ? { format }
      : { format: 'mermaid', diagram: format };
  const response = await ask(urlOf(`${API}/export/${traceId}`, { ...query, subtree }), { signal });
  const content = await textOf(response, signal);
  const { headers } = response;
  return {
    content,
    lines: (isJson(format) ? prettyJson(content) : content).trimEnd().split('\n'),
    spans: Number(headers.get('synton-span-count') ?? 0),
    isTruncated: headers.get('synton-truncated') === 'true',
    next: headers.get('synton-next') ?? undefined,
    contentType: headers.get('content-type') ?? 'text/plain',
  };
}

/** `0123…-synton.json` */
export function fileNameOf(traceId: string, format: RawFormat): string {
  const end = { synton: 'json', otlp: 'json', text: 'txt' }[format as string] ?? 'mmd';
  return `${traceId.slice(0, 12)}-${format}.${end}`;
}
