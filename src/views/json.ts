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

/** `indent` for people; without it one line. Keys come in the order in which views build them. */
export function writeJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, replacer, indent) ?? 'null';
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

/** `this[key]` is the value before any toJSON of its own, such as Buffer's. */
function replacer(this: Record<string, unknown>, key: string, seen: unknown): unknown {
  const value = this[key];
  switch (typeof value) {
    case 'bigint':
      return value.toString();
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : numberWord(value);
    case 'object':
      if (value instanceof Uint8Array) return base64(value);
      if (value instanceof Map || value instanceof Set) return [...value];
      return seen;
    default:
      return seen;
  }
}

function numberWord(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
