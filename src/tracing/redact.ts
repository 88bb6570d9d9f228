/**
 * What must not leave the process with captured values: by the name of a field, and by what a text looks
 * like. It finds the usual shapes of secrets, not every secret; a password that is an argument of its own
 * has no name to go by.
 */

export const REDACTED = '[redacted]';
/** Characters of a name that are looked at. */
const NAME_MAX = 256;
const KNOWN_MAX = 4_096;

const SECRET_NAME =
  /pass(?:word|wd|phrase|code)|^pwd$|secret|token|authori[sz]ation|^auth$|cookie|api_?key|access_?key|private_?key|encryption_?key|credential|session_?id|csrf|xsrf|signature|^pin$|^ssn$|^cv[vc]2?$|card_?number|credit_?card/;
/** Counts of a language model's tokens: a number under one of these is no secret. */
const TOKEN_COUNT = /tokens|tokens?_?(?:count|limit|usage|max|min|total)|(?:max|min)_?tokens?$/;
/** `prompt_tokens_details: { cached_tokens: 3 }` */
const TOKEN_DETAILS = /tokens?_?(?:details|usage|counts)$/;

/** What each of those below has. */
const PERHAPS_SECRET = /[=:]|\s\S{4}|eyJ|AKIA|[-_][\w-]{16}/;
const SECRET_TEXTS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{4,}/gi, `$1 ${REDACTED}`],
  // A JSON Web Token begins with the base64 of `{"`.
  [/\beyJ[\w-]{4,}(?:\.[\w-]*){1,2}/g, REDACTED],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*/g, REDACTED],
  // user:password@ of a URL.
  [/(\b[a-z][\w+.-]{0,20}:\/\/)[^\s/@]{1,256}@/gi, `$1${REDACTED}@`],
  [/\b(?:sk|pk|rk|ghp|gho|ghs|ghr|glpat|xox[abprs])[-_][\w-]{16,}/g, REDACTED],
  [/\bAKIA[0-9A-Z]{16}\b/g, REDACTED],
  [
    /\b(pass(?:word|wd)?|pwd|secret|[\w-]{0,20}token|api[-_]?key|signature|sig)(["']?\s?[=:]\s?["']?)[^\s&;,"']+/gi,
    `$1$2${REDACTED}`,
  ],
];

/** What a name may stand for that is no secret, where it looks like the name of one. */
type NameClass = 'plain' | 'secret' | 'count' | 'details';

/** Names come again and again. */
const known = new Map<string, NameClass>();

export function isSecret(name: string, value: unknown): boolean {
  const found = known.get(name) ?? classified(name);
  if (found === 'plain') return false;
  if (typeof value === 'number' || typeof value === 'bigint') return found === 'secret';
  // Counts by what they are counts of: what is in there has names of its own.
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return !(isObject && found === 'details');
}

function classified(name: string): NameClass {
  const found = classOf(
    name
      .slice(0, NAME_MAX)
      .replaceAll(/[-.\s]/g, '_')
      .toLowerCase(),
  );
  if (name.length > NAME_MAX) return found;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(name, found);
  return found;
}

function classOf(name: string): NameClass {
  if (!SECRET_NAME.test(name)) return 'plain';
  if (TOKEN_DETAILS.test(name)) return 'details';
  return TOKEN_COUNT.test(name) ? 'count' : 'secret';
}

/** @param text short: at most some hundreds of characters */
export function redacted(text: string): string {
  if (!PERHAPS_SECRET.test(text)) return text;
  let result = text;
  for (const [pattern, replacement] of SECRET_TEXTS) result = result.replace(pattern, replacement);
  return result;
}
