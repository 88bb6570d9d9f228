/** What could be meant by the term that is being written: keys, and of a key the values that there are. */
import { type WrittenTerm, writtenTerms } from './parse-terms.ts';
import {
  isDurationKey,
  isKnownKey,
  KEYS,
  KIND_WORDS,
  type SearchTerm,
  STATUS_WORDS,
  writtenTerm,
} from './search-term.ts';

/** What can be searched for, as /services tells it. */
export interface Catalogue {
  readonly services: readonly {
    readonly name: string;
    readonly operations: readonly { readonly name: string; readonly kind: string }[];
  }[];
}

export interface Completion {
  /** What stands in the box once it is taken, in place of [at, end). */
  readonly text: string;
  readonly at: number;
  readonly end: number;
  /** Of what it is one; `key` is no whole term yet. */
  readonly of:
    | 'key'
    | 'service'
    | 'operation'
    | 'status'
    | 'kind'
    | 'duration'
    | 'took'
    | 'attribute';
  /** Beside it: which service an operation is of. */
  readonly hint?: string;
}

const SHOWN_MAX = 10;
const UNITS = ['ms', 's', 'min', 'us'];
const DURATIONS = ['10ms', '100ms', '500ms', '1s', '10s'];
/** Of the semantic conventions, as nothing lists the keys that there are. */
const ATTRIBUTES = [
  ...['http.response.status_code', 'http.request.method', 'http.route', 'url.path'],
  ...['db.system.name', 'db.collection.name', 'messaging.system', 'rpc.service'],
  ...['server.address', 'error.type', 'exception.type', 'gen_ai.request.model'],
  ...['deployment.environment.name', 'service.version', 'host.name'],
];

/** For the term that ends where the caret is; none where nothing fits. */
export function completions(
  text: string,
  caret: number,
  catalogue: Catalogue,
  terms: readonly SearchTerm[],
): readonly Completion[] {
  const written = writtenTerms(text).find(({ at, end }) => at <= caret && caret <= end);
  const now: WrittenTerm = written ?? emptyAt(caret);
  const { at, end, key, relation, value } = now;
  const place = { at, end };
  if (relation === '') {
    const keys = KEYS.filter((known) => known.startsWith(key.toLowerCase())).map((known) => ({
      ...place,
      of: 'key' as const,
      text: isDurationKey(known) ? `${known}>` : `${known}=`,
    }));
    if (key === '') return keys;
    const values = [
      ...valuesOf('service', key, catalogue, terms),
      ...valuesOf('operation', key, catalogue, terms),
    ];
    const attributes = ATTRIBUTES.filter((name) => name.includes(key)).map((name) => ({
      of: 'attribute' as const,
      text: `${name}=`,
    }));
    return [...keys, ...values, ...attributes]
      .map((one) => ({ ...place, ...one }))
      .slice(0, SHOWN_MAX);
  }
  if (!isKnownKey(key)) return [];
  if (isDurationKey(key)) {
    // Of a number that is written the unit alone is missing: another number would be another search.
    const durations = /^[\d.]+$/.test(value) ? UNITS.map((unit) => `${value}${unit}`) : DURATIONS;
    return durations
      .filter((duration) => duration.startsWith(value) && duration !== value)
      .map((duration) => ({ ...place, of: key, text: `${key}${relation}${duration}` }));
  }
  return valuesOf(key, value, catalogue, terms)
    .map((one) => ({ ...place, ...one }))
    .slice(0, SHOWN_MAX);
}

function emptyAt(at: number): WrittenTerm {
  const nothing = { key: '', relation: '', value: '', isKeyQuoted: false, isOpenQuote: false };
  return { ...nothing, at, end: at };
}

type Value = Pick<Completion, 'of' | 'text' | 'hint'>;

function valuesOf(
  key: 'service' | 'operation' | 'status' | 'kind',
  part: string,
  { services }: Catalogue,
  terms: readonly SearchTerm[],
): readonly Value[] {
  const given = terms.find((term) => term.key === 'service' && !term.isAttribute)?.value;
  const hints = new Map<string, string | undefined>();
  if (key === 'service') for (const { name } of services) hints.set(name, undefined);
  if (key === 'status')
    for (const [word] of Object.values(STATUS_WORDS)) hints.set(word!, undefined);
  if (key === 'kind') for (const [word] of Object.values(KIND_WORDS)) hints.set(word!, undefined);
  if (key === 'operation') {
    for (const { name: service, operations } of services) {
      if (given !== undefined && given !== service) continue;
      for (const { name } of operations) if (!hints.has(name)) hints.set(name, service);
    }
  }
  return ranked([...hints.keys()], part).map((value) => {
    const hint = hints.get(value);
    return {
      of: key,
      text: writtenTerm({ key, relation: '=', value, isAttribute: false }),
      ...(hint !== undefined && { hint }),
    };
  });
}

/** What begins with the part first, then what holds it. */
function ranked(values: readonly string[], part: string): readonly string[] {
  const lower = part.toLowerCase();
  const begins = (value: string): boolean => value.toLowerCase().startsWith(lower);
  const holds = values.filter((value) => value.toLowerCase().includes(lower));
  return [...holds.filter(begins), ...holds.filter((value) => !begins(value))].slice(0, SHOWN_MAX);
}
