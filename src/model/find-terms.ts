/**
 * What somebody writes to find spans in a trace, as terms that must all hold. Terms are parted by spaces, but within quotes:
 *
 *   word, "some words"   in a name, a service, a kind, a state, a key or value of an attribute, an event, a status message
 *   key=part             an attribute of this key has this in its value; `key=` has any
 *   key="whole"          an attribute of this key has this value
 *   name=, service=, kind=, status=   the same of what is no attribute
 *
 * In any case (upper or lower).
 */

/** More than these are not looked at. */
export const TERMS_MAX = 16;

/** Keys for what every span has. */
export const FIND_FIELDS = ['name', 'service', 'kind', 'status'] as const;
export type FindField = (typeof FIND_FIELDS)[number];

export interface FindTerm {
  /** In lower case; undefined of a word. */
  readonly key: string | undefined;
  /** In lower case. */
  readonly text: string;
  /** The value is this, and not only has it somewhere. */
  readonly isWhole: boolean;
}

const TERM = /([^\s"=]+)=(?:"([^"]*)"?|(\S*))|"([^"]*)"?|(\S+)/g;

export function findTerms(query: string): readonly FindTerm[] {
  const terms: FindTerm[] = [];
  for (const [, key, whole, part, phrase, word] of query.toLowerCase().matchAll(TERM)) {
    if (terms.length === TERMS_MAX) break;
    const text = whole ?? part ?? phrase ?? word ?? '';
    if (key === undefined && text.trim() === '') continue;
    terms.push({ key, text, isWhole: whole !== undefined });
  }
  return terms;
}

/** Where a term may be in what every span has: in all of it as a word, else in one field, or in none. */
export function fieldsOf({ key }: FindTerm): readonly FindField[] {
  return key === undefined ? FIND_FIELDS : FIND_FIELDS.filter((field) => field === key);
}

/** @param text of a field or of an attribute's value */
export function isSaidBy({ text: wanted, isWhole }: FindTerm, text: string): boolean {
  const said = text.toLowerCase();
  return isWhole ? said === wanted : said.includes(wanted);
}
