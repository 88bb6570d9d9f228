/**
 * Reads what is written into the search box: `service=checkout operation="POST /orders" duration>200ms status=failed`. Terms stand beside one
 * another or with `&&` between them. `:` is read as `=` after a known key, `>` as `>=`: durations are looked for in nanoseconds.
 */
import {
  isDurationKey,
  isKnownKey,
  KIND_WORDS,
  namedBy,
  type SearchTerm,
  STATUS_WORDS,
} from './search-term.ts';

export type Mistake =
  | 'noRelation'
  | 'noKey'
  | 'noValue'
  | 'noQuote'
  | 'relation'
  | 'status'
  | 'kind'
  | 'duration'
  | 'either';

/** What could not be read, and where: characters from `at`. */
export interface WrongTerm {
  readonly mistake: Mistake;
  readonly at: number;
  readonly length: number;
  readonly word: string;
}

export type ParsedTerms =
  | { readonly terms: readonly SearchTerm[]; readonly wrong?: undefined }
  | { readonly terms?: undefined; readonly wrong: WrongTerm };

/** A key, a relation and a value as they stand in the text; what is not there is empty. */
export interface WrittenTerm {
  readonly at: number;
  readonly end: number;
  readonly key: string;
  readonly isKeyQuoted: boolean;
  readonly relation: string;
  readonly value: string;
  readonly isOpenQuote: boolean;
}

const DURATION = /^\d{1,15}(?:\.\d{1,12})?(?:ns|us|µs|μs|ms|s|m|min|h|d)$/;
const SPACE = /^\s*/;
const NO_SPACE = /^/;
const SPACED = /^\s+(!=|==|>=|<=|=|>|<)(?=\s+[^\s&])/;
const RELATION = /^(?:!=|==|>=|<=|=|>|<|:)/;

export function parseTerms(text: string): ParsedTerms {
  const terms: SearchTerm[] = [];
  for (const written of writtenTerms(text)) {
    const term = termOf(written);
    if (typeof term === 'string') {
      const { at, end } = written;
      return {
        wrong: { mistake: term, at, length: end - at, word: text.slice(at, end) },
      };
    }
    terms.push(term);
  }
  return { terms };
}

/** The pieces of the text that are to be terms, right or wrong. */
export function writtenTerms(text: string): readonly WrittenTerm[] {
  const found: WrittenTerm[] = [];
  let at = 0;
  for (;;) {
    at += /^(?:\s|&&|,)*/.exec(text.slice(at))![0].length;
    if (at >= text.length) return found;
    const written = writtenTerm(text, at);
    found.push(written);
    at = written.end;
  }
}

function writtenTerm(text: string, at: number): WrittenTerm {
  const key = word(text, at, /^(?:(?!&&|[<>=!]=?|:)\S)*/);
  let { end } = key;
  const isKeyQuoted = text[at] === '"';
  let relation = RELATION.exec(text.slice(end))?.[0] ?? '';
  if (relation === ':' && !isKnownKey(key.text)) {
    // Names of attributes may hold one: `aws:region=eu`.
    const whole = word(text, at, /^(?:(?!&&|[<>=!]=?)\S)*/);
    const after = RELATION.exec(text.slice(whole.end))?.[0] ?? '';
    if (after !== '') return finished(text, at, whole, after, isKeyQuoted);
  }
  const spaced = relation === '' && end > at ? SPACED.exec(text.slice(end)) : null;
  if (spaced !== null) {
    // As people write it too: `took > 1s`.
    const [gap, sign] = [spaced[0], spaced[1]!];
    const before = end + gap.length - sign.length;
    return finished(text, at, { ...key, end: before }, sign, isKeyQuoted);
  }
  if (relation === '' && end === at) {
    // A character that nothing begins with.
    end = at + 1;
    relation = '';
    return { at, end, key: '', isKeyQuoted, relation, value: '', isOpenQuote: false };
  }
  return finished(text, at, { ...key, end }, relation, isKeyQuoted);
}

function finished(
  text: string,
  at: number,
  key: Word,
  relation: string,
  isKeyQuoted: boolean,
): WrittenTerm {
  // Behind a key that ends in a space so does its relation.
  const gap = /\s$/.test(text.slice(at, key.end)) ? SPACE : NO_SPACE;
  const from = key.end + relation.length;
  const value =
    relation === ''
      ? { text: '', end: key.end, isOpen: false }
      : word(text, from + gap.exec(text.slice(from))![0].length, /^(?:(?!&&)\S)*/);
  return {
    ...{ at, end: value.end, key: key.text, isKeyQuoted, relation, value: value.text },
    isOpenQuote: key.isOpen || value.isOpen,
  };
}

interface Word {
  readonly text: string;
  readonly end: number;
  /** Its quote is not closed. */
  readonly isOpen: boolean;
}

/** In quotes, with `\"` in it for one; or as far as the pattern goes. */
function word(text: string, at: number, bare: RegExp): Word {
  if (text[at] !== '"') {
    const found = bare.exec(text.slice(at))?.[0] ?? '';
    return { text: found, end: at + found.length, isOpen: false };
  }
  let said = '';
  for (let end = at + 1; end < text.length; end++) {
    const character = text[end]!;
    if (character === '"') return { text: said, end: end + 1, isOpen: false };
    if (character === '\\' && end + 1 < text.length) said += text[++end];
    else said += character;
  }
  return { text: said, end: text.length, isOpen: true };
}

function termOf(written: WrittenTerm): SearchTerm | Mistake {
  const { key, isKeyQuoted, relation, value, isOpenQuote } = written;
  if (isOpenQuote) return 'noQuote';
  if (/^(?:\|\||or|not|[()]+)$/i.test(key) && relation === '') return 'either';
  if (key === '') return relation === '' ? 'either' : 'noKey';
  if (relation === '') return 'noRelation';
  const known = isKeyQuoted ? undefined : knownKey(key);
  if (known !== undefined && isDurationKey(known)) return durationTerm(known, relation, value);
  if (!['=', '==', ':'].includes(relation)) return 'relation';
  if (value === '' && known !== undefined) return 'noValue';
  const term = { relation: '=', isAttribute: known === undefined } as const;
  if (known === 'status' || known === 'kind') {
    const words = wordShown(known, value);
    return words === undefined ? known : { ...term, key: known, value: words };
  }
  return { ...term, key: known ?? key, value };
}

const OTHER_NAMES: Readonly<Record<string, string>> = { name: 'operation', span: 'operation' };

function knownKey(key: string): string | undefined {
  const lower = key.toLowerCase();
  const name = OTHER_NAMES[lower] ?? lower;
  return isKnownKey(name) ? name : undefined;
}

function wordShown(key: 'status' | 'kind', value: string): string | undefined {
  const words: Readonly<Record<string, readonly string[]>> =
    key === 'status' ? STATUS_WORDS : KIND_WORDS;
  const name = namedBy(words, value);
  return name && words[name]![0];
}

function durationTerm(key: string, relation: string, value: string): SearchTerm | Mistake {
  if (value === '') return 'noValue';
  if (!DURATION.test(value)) return 'duration';
  if (!/^[<>]=?$/.test(relation)) return 'relation';
  const term = { key, value, isAttribute: false } as const;
  return { ...term, relation: relation.startsWith('>') ? '≥' : '≤' };
}
