/** Who was called by a span: a database, a host, a queue, a model; undefined where it called nobody outside. */
import type { TraceSpan } from '../../../data/wire.ts';
import { scalarOf } from './attribute-text.ts';

const OF_QUERY: readonly string[] = ['db.system.name', 'db.system', 'server.address'];
const OF_CALL: readonly string[] = [
  ...['service.peer.name', 'peer.service', 'messaging.destination.name'],
  ...['gen_ai.provider.name', 'server.address'],
];

export function peerOf(span: Pick<TraceSpan, 'kind' | 'attributes'>): string | undefined {
  const names = { DatabaseQuery: OF_QUERY, ExternalCall: OF_CALL, Function: [], AsyncTask: [] };
  for (const name of names[span.kind]) {
    const found = span.attributes.find(({ key }) => key === name);
    const word = found && scalarOf(found.value);
    if (word !== undefined && word !== '') return word;
  }
  return undefined;
}
