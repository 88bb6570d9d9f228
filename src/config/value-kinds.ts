/**
 * How a value of each kind is read: from the text of a flag or a variable, and from what TOML gave.
 *
 * A kind knows what it expects in words, how text becomes the value TOML would have given, and the schema
 * that checks and parses that value. It knows no key. Text is bounded by the operating system, files by
 * the loader.
 */
import { isIP } from 'node:net';
import * as v from 'valibot';
import type { Address, ConfigKeyRow, HttpUrl } from './config-keys.ts';
import { formatBytes, parseBytes, parseDurationMs } from './quantities.ts';

/** What a value must be, for people: "true or false". */
export function expectation(row: ConfigKeyRow): string {
  switch (row.kind) {
    case 'boolean':
      return 'true or false';
    case 'ratio':
      return 'a number from 0 to 1';
    case 'count':
      return `a whole number from ${row.min ?? 0} to ${row.max ?? Number.MAX_SAFE_INTEGER}`;
    case 'size':
      return `a size such as "10GiB" or a number of bytes, ${sizeBounds(row)}`;
    case 'duration':
      return 'a duration with its unit, such as "7d", "30s" or "500ms"';
    case 'path':
      return 'the path of a folder';
    case 'address':
      return 'an address and a port, such as "127.0.0.1:4317" or "[::1]:4317"';
    case 'url':
      return 'an http:// or https:// URL without user name, password, query or fragment';
    case 'headers':
      return 'a table of header names and text values';
    case 'hosts':
      return 'a list of host names without ports';
    case 'choice':
      return `one of ${row.choices!.map((choice) => `"${choice}"`).join(', ')}`;
  }
}

/** The value TOML would have given for this text; text that does not fit stays text and fails the schema. */
export function valueFromText(row: ConfigKeyRow, text: string): unknown {
  switch (row.kind) {
    case 'boolean': {
      const word = text.trim().toLowerCase();
      return word === 'true' ? true : word === 'false' ? false : text;
    }
    case 'ratio':
    case 'count':
      return /^\s*[+-]?[\d_.]+(?:e[+-]?\d+)?\s*$/i.test(text)
        ? Number(text.replaceAll('_', ''))
        : text;
    case 'hosts':
      return text
        .split(',')
        .map((host) => host.trim())
        .filter((host) => host !== '');
    case 'headers':
      return headersFromText(text);
    default:
      return text;
  }
}

/** Checks and parses what TOML (or valueFromText) gave. Every issue's message is an expectation. */
export function valueSchema(row: ConfigKeyRow): v.GenericSchema<unknown, unknown> {
  const expected = expectation(row);
  switch (row.kind) {
    case 'boolean':
      return v.boolean(expected);
    case 'ratio':
      return v.pipe(v.number(expected), v.minValue(0, expected), v.maxValue(1, expected));
    case 'count':
      return v.pipe(
        v.number(expected),
        v.safeInteger(expected),
        v.minValue(row.min ?? 0, expected),
        v.maxValue(row.max ?? Number.MAX_SAFE_INTEGER, expected),
      );
    case 'size':
      return parsed(v.union([v.number(), v.string()], expected), expected, (given) =>
        sizeWithin(row, given),
      );
    case 'duration':
      return parsed(v.string(expected), expected, (given) => parseDurationMs(given) || undefined);
    case 'path':
      return v.pipe(
        v.string(expected),
        v.check((path) => path.trim() !== '' && !path.includes('\0'), expected),
      );
    case 'address':
      return parsed(v.string(expected), expected, parseAddress);
    case 'url':
      return parsed(v.string(expected), expected, parseHttpUrl);
    case 'headers':
      return parsed(v.record(v.string(), v.string(), expected), expected, parseHeaders);
    case 'hosts':
      return parsed(v.array(v.string(), expected), expected, parseHosts);
    case 'choice':
      return v.picklist(row.choices!, expected);
  }
}

/** `host:port`; the host is an IP address or a name, IPv6 in brackets. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text.trim());
  if (!match) return undefined;
  const port = Number(match[3]);
  if (port > 65_535) return undefined;
  const [, bracketed, plain] = match;
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? { host: bracketed, port } : undefined;
  return isHost(plain!) ? { host: plain!.toLowerCase(), port } : undefined;
}

function parseHttpUrl(text: string): HttpUrl | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username || url.password || url.search || url.hash || url.hostname === '') {
    return undefined;
  }
  const secure = url.protocol === 'https:';
  const path = url.pathname.replace(/\/+$/, '');
  return {
    url: `${url.protocol}//${url.host}${path}`,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    secure,
    path,
  };
}

/** Names as RFC 9110 tokens, in lower case; values without control characters. */
function parseHeaders(given: Record<string, string>): Record<string, string> | undefined {
  const entries = Object.entries(given).map(
    ([name, value]) => [name.toLowerCase(), value.trim()] as const,
  );
  const sound = entries.every(
    ([name, value]) => /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value),
  );
  return sound ? Object.fromEntries(entries) : undefined;
}

function parseHosts(given: readonly string[]): readonly string[] | undefined {
  const hosts = given.map((host) => host.trim().toLowerCase());
  return hosts.every((host) => isHost(host) || isIP(host) !== 0) ? hosts : undefined;
}

/** `name=value,name=value`, as OTEL_EXPORTER_OTLP_HEADERS; values may be percent-encoded. */
function headersFromText(text: string): unknown {
  const headers: [string, string][] = [];
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const equals = pair.indexOf('=');
    if (equals < 1) return text;
    headers.push([pair.slice(0, equals).trim(), decoded(pair.slice(equals + 1).trim())]);
  }
  return Object.fromEntries(headers);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isHost(text: string): boolean {
  if (text.length > 253) return false;
  if (isIP(text) === 4) return true;
  // A last label of digits alone would be a mistyped IPv4 address.
  return /^(?!-)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/i.test(text) && !/(?:^|\.)\d+\.?$/.test(text);
}

function sizeWithin(row: ConfigKeyRow, given: string | number): number | undefined {
  const bytes = typeof given === 'number' ? given : parseBytes(given);
  if (bytes === undefined || !Number.isSafeInteger(bytes)) return undefined;
  return bytes >= (row.min ?? 0) && bytes <= (row.max ?? Number.MAX_SAFE_INTEGER)
    ? bytes
    : undefined;
}

function sizeBounds(row: ConfigKeyRow): string {
  const least = `at least ${formatBytes(row.min ?? 0)}`;
  return row.max === undefined ? least : `${least} and at most ${formatBytes(row.max)}`;
}

function parsed<Given>(
  schema: v.GenericSchema<unknown, Given>,
  expected: string,
  parse: (given: Given) => unknown,
): v.GenericSchema<unknown, unknown> {
  return v.pipe(
    schema,
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const value = parse(dataset.value);
      if (value !== undefined) return value;
      addIssue({ message: expected });
      return NEVER;
    }),
  );
}
