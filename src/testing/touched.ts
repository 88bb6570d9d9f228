/**
 * What a span reached outside of the program, as far as its attributes say: hosts, files, tables. A span that
 * names none touches none.
 */
import { bracketedHost } from './bracketed-host.ts';
import { queryTables } from './query-tables.ts';
import type { RecordedSpan } from './recorded-span.ts';
import { spanText } from './span-attributes.ts';

/** In small letters, with `:port` where it is told. None for a span that answers: it names its own host. */
export function touchedHosts(span: RecordedSpan): readonly string[] {
  if (span.otelKind === 'server' || span.otelKind === 'consumer') return [];
  const address = spanText(span, 'server.address');
  const given = span.attributes['server.port'] ?? span.attributes['net.peer.port'];
  const port = Number(given);
  if (address !== undefined) {
    const host = bracketedHost(address.toLowerCase());
    const hasPort = /^[^:]*:\d+$|\]:\d+$/.test(host);
    return [hasPort || !(port > 0) ? host : `${host}:${port}`];
  }
  const url = spanText(span, 'url.full');
  const parsed = url === undefined ? null : URL.parse(url);
  if (parsed !== null && parsed.host !== '') return [parsed.host];
  const peer = span.attributes['network.peer.address'];
  return typeof peer === 'string' && peer !== '' ? [bracketedHost(peer.toLowerCase())] : [];
}

/** Paths as they are told. The file that code stands in (`code.file.path`) is none that it touches. */
export function touchedFiles(span: RecordedSpan): readonly string[] {
  const path = spanText(span, 'file.path');
  if (path !== undefined) return [path];
  const name = spanText(span, 'file.name');
  const folder = spanText(span, 'file.directory');
  if (name !== undefined) return [folder === undefined ? name : `${folder}/${name}`];
  const url = spanText(span, 'url.full');
  const parsed = url?.startsWith('file:') ? URL.parse(url) : null;
  return parsed === null ? [] : [decoded(parsed.pathname)];
}

/** Of the attribute for it and of the query's own text. */
export function touchedTables(span: RecordedSpan): readonly string[] {
  const told = TABLE_NAMES.map((name) => spanText(span, name)).filter((name) => name !== undefined);
  const query = spanText(span, 'db.query.text');
  return [...new Set([...told, ...(query === undefined ? [] : queryTables(query))])];
}

/** The present-day name and those of older conventions, one for each database. */
const TABLE_NAMES = [
  'db.collection.name',
  'db.sql.table',
  'db.mongodb.collection',
  'db.cassandra.table',
];

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
