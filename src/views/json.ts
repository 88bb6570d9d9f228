/**
 * Writes what views return as JSON. One rule a type, so that the TypeScript shape of a result is also
 * the shape of its JSON, and nothing is lost:
 *
 *   bigint                          a decimal string        "1767323045000000000"
 *   NaN, Infinity, -Infinity, -0    the same as a string    "-0"
 *   Uint8Array                      base64                  "AQID"
 *   Map, Set                        a list of pairs, a list
 *   undefined                       left out
 *
 * Attributes keep the form of the model, a list of { key, value: { type, value } }: order, duplicate
 * keys and the difference between 1 and 1.0 survive, which an object of plain values would lose.
 */
import type { Steps } from '../projection/in-turns.ts';

const ITEMS_A_STEP = 256;

/**
 * `indent` for people; without it one line. Keys come in the order in which views build them. From a copy: JSON.stringify
 * takes twice as long where it has to ask a replacer about every member.
 */
export function writeJson(value: unknown, indent = 0): string {
  if (indent === 0) return textOf(value, new Map());
  return JSON.stringify(plain(value, '', new Map()), undefined, indent) ?? 'null';
}

/** On one line. Of a frozen object in a list, however often it comes there, the text is made once. */
function textOf(value: unknown, texts: Map<object, string>): string {
  if (Array.isArray(value) && holdsFrozen(value)) {
    const items = value.map((item: unknown) => {
      if (!isFrozenObject(item)) return textOf(item, texts);
      let text = texts.get(item);
      if (text === undefined) {
        text = JSON.stringify(plain(item, '', new Map()));
        texts.set(item, text);
      }
      return text;
    });
    return `[${items.join()}]`;
  }
  if (isPlain(value) && Object.values(value).some(holdsFrozen)) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => `${JSON.stringify(key)}:${textOf(member, texts)}`);
    return `{${members.join()}}`;
  }
  return JSON.stringify(plain(value, '', new Map())) ?? 'null';
}

/** By the two ends of a list, or of the lists in those. */
function holdsFrozen(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  const ends: readonly unknown[] = [value[0], value.at(-1)];
  return ends.some(
    (item) => isFrozenObject(item) || (isPlain(item) && Object.values(item).some(holdsFrozen)),
  );
}

function isFrozenObject(value: unknown): value is object {
  return isPlain(value) && Object.isFrozen(value);
}

/** The same of an object, without indentation; its lists are written a few items at a time. */
export function* writeJsonInSteps(value: unknown): Steps<string> {
  if (!isPlain(value)) return writeJson(value);
  const members: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const text = Array.isArray(member) ? yield* listInSteps(member) : writeJson(member);
    members.push(`${JSON.stringify(key)}:${text}`);
    yield;
  }
  return `{${members.join()}}`;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}

function* listInSteps(items: readonly unknown[]): Steps<string> {
  const pieces: string[] = [];
  for (let at = 0; at < items.length; at += ITEMS_A_STEP) {
    pieces.push(writeJson(items.slice(at, at + ITEMS_A_STEP)).slice(1, -1));
    yield;
  }
  return `[${pieces.join()}]`;
}

/** The same by types that JSON has. Of a frozen object, however often it comes, one copy is made. */
function plain(value: unknown, key: string, copies: Map<object, unknown>): unknown {
  switch (typeof value) {
    case 'bigint':
      return value === 0n ? '0' : String(value);
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : numberWord(value);
    case 'object':
      return value === null ? value : plainObject(value, key, copies);
    default:
      return value;
  }
}

function plainObject(value: object, key: string, copies: Map<object, unknown>): unknown {
  if (Array.isArray(value)) return plainList(value, copies);
  if (value instanceof Uint8Array) return base64(value);
  if (value instanceof Map || value instanceof Set) return plainList([...value], copies);
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === 'function') return plain(toJSON.call(value, key), key, copies);
  const isShared = Object.isFrozen(value);
  const known = isShared ? copies.get(value) : undefined;
  if (known !== undefined) return known;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = plain((value as Readonly<Record<string, unknown>>)[name], name, copies);
    if (name !== '__proto__') copy[name] = member;
    else Object.defineProperty(copy, name, { value: member, enumerable: true });
  }
  if (isShared) copies.set(value, copy);
  return copy;
}

function plainList(items: readonly unknown[], copies: Map<object, unknown>): unknown[] {
  const copy = new Array<unknown>(items.length);
  for (let i = 0; i < items.length; i++) copy[i] = plain(items[i], String(i), copies);
  return copy;
}

function numberWord(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
