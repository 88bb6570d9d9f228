/** What the collector tells of the attributes of a whole trace. */
import type {
  AttributeColumn as ModelColumn,
  TraceAttributes,
  TraceFindings,
} from '../../../model/trace-attributes.ts';
import { API, askJson, urlOf } from '../../data/api.ts';

/** Of rows that are found, so many are told. */
const FOUND_MAX = 100_000;

export type AttributeColumn = ModelColumn;

export function askAttributes(traceId: string, signal: AbortSignal): Promise<TraceAttributes> {
  return askJson(`${API}/attributes/${traceId}`, signal);
}

export async function askColumn(
  traceId: string,
  key: string,
  signal: AbortSignal,
): Promise<AttributeColumn> {
  const url = urlOf(`${API}/attributes/${traceId}/values`, { key });
  const told = await askJson<Omit<AttributeColumn, 'column'> & { readonly column: string }>(
    url,
    signal,
  );
  return { ...told, column: Uint8Array.from(atob(told.column), (one) => one.charCodeAt(0)) };
}

export function askFindings(
  traceId: string,
  query: string,
  signal: AbortSignal,
): Promise<TraceFindings> {
  return askJson(urlOf(`${API}/find/${traceId}`, { text: query, limit: FOUND_MAX }), signal);
}
