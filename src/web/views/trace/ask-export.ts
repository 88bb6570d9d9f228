/** A trace, or a sub-tree of it, as the API writes it out. */
import { API, ask, askJson, textOf, urlOf } from '../../data/api.ts';
import { type Outline, spanIdAt, spanKeyAt } from '../../data/outline.ts';
import type { TraceSpan } from '../../data/wire.ts';

export async function askText(
  traceId: string,
  format: 'text' | 'mermaid' | 'json',
  subtree?: string,
): Promise<string> {
  const response = await ask(urlOf(`${API}/export/${traceId}`, { format, subtree }));
  return textOf(response);
}

/** One span with everything that it says. */
export async function askSpan(
  traceId: string,
  outline: Pick<Outline, 'spanId'>,
  row: number,
  signal: AbortSignal,
): Promise<TraceSpan | undefined> {
  const isFirst = spanKeyAt(outline, row) === spanIdAt(outline, row);
  // Of spans with one id a sub-tree is that of the first; a page begins behind any row.
  const place = isFirst
    ? { subtree: spanIdAt(outline, row) }
    : { after: `${spanIdAt(outline, row - 1)}-${row}` };
  const query = { format: 'json', ...place, limit: 1 };
  const url = urlOf(`${API}/export/${traceId}`, query);
  const { spans } = await askJson<{ readonly spans: readonly TraceSpan[] }>(url, signal);
  return spans[0];
}
