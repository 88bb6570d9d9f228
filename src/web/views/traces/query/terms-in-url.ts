/** Terms as parameters: in the page's URL and in questions to the API they have the same names. */
import { KIND_WORDS, namedBy, type SearchTerm, STATUS_WORDS } from './search-term.ts';

export interface TermParams {
  readonly service?: string | undefined;
  readonly operation?: string | undefined;
  readonly status?: string | undefined;
  readonly kind?: string | undefined;
  readonly min_duration?: string | undefined;
  readonly max_duration?: string | undefined;
  readonly min_trace_duration?: string | undefined;
  readonly max_trace_duration?: string | undefined;
  /** `key=value` */
  readonly attribute?: readonly string[] | undefined;
}

/** Each parameter is there, if only as undefined: in a URL that takes it away. */
export function paramsOfTerms(
  terms: readonly SearchTerm[],
): TermParams & Record<string, string | readonly string[] | undefined> {
  const value = (key: string, relation = '='): string | undefined =>
    terms.find((term) => !term.isAttribute && term.key === key && term.relation === relation)
      ?.value;
  return {
    service: value('service'),
    operation: value('operation'),
    status: namedBy(STATUS_WORDS, value('status') ?? ''),
    kind: namedBy(KIND_WORDS, value('kind') ?? ''),
    min_duration: value('duration', '≥'),
    max_duration: value('duration', '≤'),
    min_trace_duration: value('took', '≥'),
    max_trace_duration: value('took', '≤'),
    attribute: terms
      .filter(({ isAttribute }) => isAttribute)
      .map(({ key, value }) => `${key}=${value}`),
  };
}

/** What another version or a hand wrote into a URL and cannot be read is left out. */
export function termsOfParams(params: URLSearchParams): readonly SearchTerm[] {
  const terms: SearchTerm[] = [];
  const add = (
    key: string,
    value: string | null | undefined,
    relation: '=' | '≥' | '≤' = '=',
  ): void => {
    if (value) terms.push({ key, relation, value, isAttribute: false });
  };
  add('service', params.get('service'));
  add('operation', params.get('operation'));
  add('status', shownWord(STATUS_WORDS, params.get('status')));
  add('kind', shownWord(KIND_WORDS, params.get('kind')));
  add('duration', params.get('min_duration'), '≥');
  add('duration', params.get('max_duration'), '≤');
  add('took', params.get('min_trace_duration'), '≥');
  add('took', params.get('max_trace_duration'), '≤');
  for (const pair of params.getAll('attribute')) {
    const at = pair.indexOf('=');
    if (at < 1) continue;
    terms.push({
      key: pair.slice(0, at),
      relation: '=',
      value: pair.slice(at + 1),
      isAttribute: true,
    });
  }
  return terms;
}

function shownWord<Name extends string>(
  words: Readonly<Record<Name, readonly string[]>>,
  given: string | null,
): string | undefined {
  const name = namedBy(words, given ?? '');
  return name && words[name][0];
}
