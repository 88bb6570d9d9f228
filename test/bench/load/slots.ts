/**
 * The parts of a request that differ with every send: ids, times, and two kinds of values. All but times
 * follow from (seed, request number, index), so that whoever knows the seed knows what was stored.
 *
 * Words are 32 bits. For one seed, salt and request they are distinct for distinct indexes, as each step is
 * a bijection; an id takes two or four of them.
 */

export type SlotKind =
  | 'trace'
  | 'span'
  | 'linked-trace'
  | 'linked-span'
  | 'start'
  | 'end'
  | 'user'
  | 'item';

/** `index` is of the trace for trace and user, else of the span; both within their request. */
export interface Slot {
  readonly kind: SlotKind;
  readonly index: number;
}

export const SPANS_A_TRACE = 8;
/** Words of a trace id are salted 1 to 4, of a span id 5 and 6. */
const TRACE_SALT = 1;
const SPAN_SALT = 5;
const USER_SALT = 7;
const ITEM_SALT = 8;
const DURATION_SALT = 9;
const USERS = 1_000_000;

/** Spreads 32 bits over 32 bits, one to one (the finish of MurmurHash3). */
export function spread(bits: number): number {
  let h = bits;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function word(seed: number, salt: number, request: number, index: number): number {
  const ofRequest = spread(request + Math.imul(seed, 0x9e3779b1) + Math.imul(salt, 0x7f4a7c15));
  return spread(ofRequest ^ Math.imul(index + 1, 0x2c1b3c6d + salt * 0x10002));
}

/** Word 0 to 3 of a trace id. */
export function traceWord(seed: number, request: number, trace: number, at: number): number {
  return word(seed, TRACE_SALT + at, request, trace);
}

/** Word 0 or 1 of a span id. */
export function spanWord(seed: number, request: number, span: number, at: number): number {
  return word(seed, SPAN_SALT + at, request, span);
}

/** 0 to 999,999: about one trace in a million has a given user. */
export function userNumber(seed: number, request: number, trace: number): number {
  return word(seed, USER_SALT, request, trace) % USERS;
}

export function itemWord(seed: number, request: number, span: number): number {
  return word(seed, ITEM_SALT, request, span);
}

/** 1 to 10 ms in whole microseconds. */
export function durationMicros(seed: number, request: number, span: number): number {
  return 1_000 + (word(seed, DURATION_SALT, request, span) % 8_999);
}

const hex = (bits: number) => bits.toString(16).padStart(8, '0');

export function traceIdHex(seed: number, request: number, trace: number): string {
  return [0, 1, 2, 3].map((at) => hex(traceWord(seed, request, trace, at))).join('');
}

export function spanIdHex(seed: number, request: number, span: number): string {
  return [0, 1].map((at) => hex(spanWord(seed, request, span, at))).join('');
}

/** The value of `user.id`. */
export function userName(seed: number, request: number, trace: number): string {
  return `user-${String(userNumber(seed, request, trace)).padStart(8, '0')}`;
}
