/**
 * What the search looks for, term by term: all must hold for one span of a trace. In the URL and towards the API a term is a parameter of
 * the API's own name, so that every view can link to a search without knowing how people write it.
 */
import type { SpanKind, SpanStatus } from '../../../data/wire.ts';

export interface SearchTerm {
  /** One of KEYS, or the name of an attribute. */
  readonly key: string;
  /** `=` of everything but a duration. */
  readonly relation: '=' | '≥' | '≤';
  /** As people write it: of a status and a kind its word. */
  readonly value: string;
  readonly isAttribute: boolean;
}

/** `duration` is that of a span, `took` that of the whole trace. */
export const KEYS = ['service', 'operation', 'status', 'kind', 'duration', 'took'] as const;
export type KnownKey = (typeof KEYS)[number];
export const isDurationKey = (key: string): key is 'duration' | 'took' =>
  key === 'duration' || key === 'took';
export const isKnownKey = (key: string): key is KnownKey => KEYS.some((known) => known === key);

/** As the API has them. */
export const ATTRIBUTES_MAX = 16;

/** Words of the search's own language; the first of each is the one that is shown. Not translated, as queries are sent around. */
export const STATUS_WORDS: Readonly<Record<SpanStatus, readonly string[]>> = {
  Failed: ['failed', 'error', 'failure'],
  Completed: ['completed', 'ok', 'done'],
  Running: ['running', 'open', 'unfinished'],
};
export const KIND_WORDS: Readonly<Record<SpanKind, readonly string[]>> = {
  Function: ['function'],
  AsyncTask: ['task', 'asynctask', 'async'],
  DatabaseQuery: ['query', 'databasequery', 'database', 'db'],
  ExternalCall: ['call', 'externalcall', 'external'],
};

/** The API's name for a word; undefined where it is none. */
export function namedBy<Name extends string>(
  words: Readonly<Record<Name, readonly string[]>>,
  word: string,
): Name | undefined {
  const lower = word.toLowerCase();
  const names = Object.keys(words) as Name[];
  return names.find((name) => words[name].includes(lower));
}

/** What can stand for a key once: a second one takes its place. */
export function slotOf({ key, relation, isAttribute }: SearchTerm): string {
  return isAttribute ? `attribute ${key}` : `${key}${relation}`;
}

/** With the new ones in the place of those that cannot stand beside them. */
export function withTerms(
  terms: readonly SearchTerm[],
  more: readonly SearchTerm[],
): readonly SearchTerm[] {
  const result = [...terms];
  for (const term of more) {
    const at = result.findIndex((other) => slotOf(other) === slotOf(term));
    if (at === -1) result.push(term);
    else result[at] = term;
  }
  return result;
}

/** As it would be written in the search box. */
export function writtenTerm({ key, relation, value, isAttribute }: SearchTerm): string {
  const name = isAttribute && (isKnownKey(key) || needsQuotes(key)) ? quoted(key) : key;
  const sign = { '=': '=', '≥': '>=', '≤': '<=' }[relation];
  return `${name}${sign}${value === '' || needsQuotes(value) ? quoted(value) : value}`;
}

const needsQuotes = (text: string): boolean => /[\s"&=<>:]/.test(text);
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
