/** A trace, or a sub-tree of it, as the API writes it out. */
import { API, ask, askJson, urlOf } from '../../data/api.ts';
import type { TraceSpan } from '../../data/wire.ts';

export async function askText(
  traceId: string,
  format: 'text' | 'mermaid' | 'json',
  subtree?: string,
): Promise<string> {
  const response = await ask(urlOf(`${API}/export/${traceId}`, { format, subtree }));
  return response.text();
}

/** One span with everything that it says. */
export async function askSpan(
  traceId: string,
  spanId: string,
  signal: AbortSignal,
): Promise<TraceSpan | undefined> {
  const query = { format: 'json', subtree: spanId, limit: 1 };
  const url = urlOf(`${API}/export/${traceId}`, query);
  const { spans } = await askJson<{ readonly spans: readonly TraceSpan[] }>(url, signal);
  return spans[0];
}
