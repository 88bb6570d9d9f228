/**
 * Trace and span ids at the edges: lower-case hexadecimal strings. Inside, ids are big-endian
 * 32-bit words of the span columns (otlp/span-columns.ts), never strings.
 */
import { InvalidTraceId } from './errors.ts';

declare const traceIdBrand: unique symbol;
declare const spanIdBrand: unique symbol;

/** 32 lower-case hexadecimal digits, not all zero. */
export type TraceId = string & { readonly [traceIdBrand]: true };
/** 16 lower-case hexadecimal digits, not all zero. */
export type SpanId = string & { readonly [spanIdBrand]: true };

/** Accepts upper case. @throws InvalidTraceId */
export function parseTraceId(text: string): TraceId {
  if (!/^[0-9a-f]{32}$/i.test(text) || /^0+$/.test(text)) throw new InvalidTraceId(text);
  return text.toLowerCase() as TraceId;
}

/** Accepts upper case; undefined where the text is no span id. */
export function parseSpanId(text: string): SpanId | undefined {
  if (!/^[0-9a-f]{16}$/i.test(text) || /^0+$/.test(text)) return undefined;
  return text.toLowerCase() as SpanId;
}

/** Eight hexadecimal digits of one 32-bit word. */
export function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

/** The four big-endian words of a trace id, or the two of a span id. */
export function idWords(id: TraceId | SpanId): Uint32Array {
  const words = new Uint32Array(id.length / 8);
  for (let i = 0; i < words.length; i++) words[i] = Number.parseInt(id.slice(i * 8, i * 8 + 8), 16);
  return words;
}

export function traceIdOfWords(words: Uint32Array, at: number): TraceId {
  return (hexWord(words[at]!) +
    hexWord(words[at + 1]!) +
    hexWord(words[at + 2]!) +
    hexWord(words[at + 3]!)) as TraceId;
}

export function spanIdOfWords(words: Uint32Array, at: number): SpanId {
  return (hexWord(words[at]!) + hexWord(words[at + 1]!)) as SpanId;
}
