/**
 * What the attributes of one span say about its SYNTON kind, gathered while they pass by.
 *
 * The same rule as model/classify-span-kind.ts, on bytes: of each key the first occurrence counts, and of the
 * rules the first that matches; a property test holds the two together. A key is compared only where its
 * length and first letter fit, so that other attributes cost two loads.
 */
import { OTEL_KINDS, SPAN_KINDS, type SpanKind } from '../model/span-kind.ts';

const FUNCTION = SPAN_KINDS.indexOf('Function');
const ASYNC_TASK = SPAN_KINDS.indexOf('AsyncTask');
const DATABASE_QUERY = SPAN_KINDS.indexOf('DatabaseQuery');
const EXTERNAL_CALL = SPAN_KINDS.indexOf('ExternalCall');

const SERVER = OTEL_KINDS.indexOf('server');
const CLIENT = OTEL_KINDS.indexOf('client');
const PRODUCER = OTEL_KINDS.indexOf('producer');
const CONSUMER = OTEL_KINDS.indexOf('consumer');

const SYNTON_KIND = Buffer.from('synton.kind');
const SYNTON_ASYNC = Buffer.from('synton.async');
const DB_SYSTEM = Buffer.from('db.system');
const DB_SYSTEM_NAME = Buffer.from('db.system.name');
const DB_QUERY_TEXT = Buffer.from('db.query.text');
const DB_STATEMENT = Buffer.from('db.statement');
const GEN_AI_OPERATION = Buffer.from('gen_ai.operation.name');
const OPENINFERENCE_KIND = Buffer.from('openinference.span.kind');
const TRACELOOP_KIND = Buffer.from('traceloop.span.kind');

const MODEL_OPERATIONS = new Set(['chat', 'text_completion', 'generate_content', 'embeddings']);
const TASK_OPERATIONS = new Set(['invoke_agent', 'invoke_workflow']);
const MODEL_KINDS = new Set(['LLM', 'EMBEDDING']);
const TASK_KINDS = new Set(['workflow', 'agent']);
const MODEL_SPAN_NAMES = new Set(['claude_code.llm_request', 'llm_call']);

/** Of each length of a key, the first letter of those looked for: two of a length at most. */
const FIRST_LETTERS = new Uint8Array(256);
const OTHER_LETTERS = new Uint8Array(256);
const LOOKED_FOR = [
  SYNTON_KIND,
  SYNTON_ASYNC,
  DB_SYSTEM,
  DB_SYSTEM_NAME,
  DB_QUERY_TEXT,
  DB_STATEMENT,
  GEN_AI_OPERATION,
  OPENINFERENCE_KIND,
  TRACELOOP_KIND,
];
for (const key of LOOKED_FOR) {
  const letters = FIRST_LETTERS[key.length] === 0 ? FIRST_LETTERS : OTHER_LETTERS;
  letters[key.length] = key[0]!;
}

/** Whether a key of this length (below 256) and first letter may be one that `see` looks for. */
export function mayHint(keyLength: number, first: number): boolean {
  return FIRST_LETTERS[keyLength] === first || OTHER_LETTERS[keyLength] === first;
}

/** The keys that `see` looks for. */
export const HINT_KEYS: ReadonlySet<string> = new Set(LOOKED_FOR.map((key) => key.toString()));

// Keys that were seen.
const KIND_SEEN = 1;
const ASYNC_SEEN = 2;
const OPERATION_SEEN = 4;
const OPENINFERENCE_SEEN = 8;
const TRACELOOP_SEEN = 16;

export class KindHints {
  #seen = 0;
  #given = -1;
  #database = false;
  #model = false;
  #task = false;

  reset(): void {
    this.#seen = 0;
    this.#given = -1;
    this.#database = false;
    this.#model = false;
    this.#task = false;
  }

  /** One attribute. `valueLength` is −1 where the value is no string; `isTrue` where it is the bool true. */
  see(
    bytes: Uint8Array,
    keyOffset: number,
    keyLength: number,
    valueOffset: number,
    valueLength: number,
    isTrue: boolean,
  ): void {
    const first = bytes[keyOffset];
    switch (keyLength) {
      case 9:
        if (first === 0x64) this.#seeDatabase(bytes, keyOffset, DB_SYSTEM);
        return;
      case 13:
        if (first === 0x64) this.#seeDatabase(bytes, keyOffset, DB_QUERY_TEXT);
        return;
      case 14:
        if (first === 0x64) this.#seeDatabase(bytes, keyOffset, DB_SYSTEM_NAME);
        return;
      case 12:
        if (first === 0x64) this.#seeDatabase(bytes, keyOffset, DB_STATEMENT);
        else if (first === 0x73 && this.#isFirst(bytes, keyOffset, SYNTON_ASYNC, ASYNC_SEEN))
          this.#task ||= isTrue;
        return;
      case 11:
        if (first === 0x73 && this.#isFirst(bytes, keyOffset, SYNTON_KIND, KIND_SEEN))
          this.#given = SPAN_KINDS.indexOf(text(bytes, valueOffset, valueLength) as SpanKind);
        return;
      case 19:
        if (first === 0x74 && this.#isFirst(bytes, keyOffset, TRACELOOP_KIND, TRACELOOP_SEEN))
          this.#task ||= TASK_KINDS.has(text(bytes, valueOffset, valueLength));
        return;
      case 21:
        if (first === 0x67 && this.#isFirst(bytes, keyOffset, GEN_AI_OPERATION, OPERATION_SEEN))
          this.#seeOperation(text(bytes, valueOffset, valueLength));
        return;
      case 23:
        if (
          first === 0x6f &&
          this.#isFirst(bytes, keyOffset, OPENINFERENCE_KIND, OPENINFERENCE_SEEN)
        )
          this.#model ||= MODEL_KINDS.has(text(bytes, valueOffset, valueLength));
        return;
      default:
    }
  }

  #seeDatabase(bytes: Uint8Array, keyOffset: number, key: Uint8Array): void {
    this.#database ||= equalsAt(bytes, keyOffset, key);
  }

  #seeOperation(operation: string): void {
    this.#model ||= MODEL_OPERATIONS.has(operation);
    this.#task ||= TASK_OPERATIONS.has(operation);
  }

  #isFirst(bytes: Uint8Array, keyOffset: number, key: Uint8Array, seen: number): boolean {
    if ((this.#seen & seen) !== 0 || !equalsAt(bytes, keyOffset, key)) return false;
    this.#seen |= seen;
    return true;
  }

  /** Index into SPAN_KINDS, from all that was seen since `reset`. */
  kind(bytes: Uint8Array, otelKind: number, nameOffset: number, nameLength: number): number {
    if (this.#given >= 0) return this.#given;
    if (this.#database) return DATABASE_QUERY;
    if (otelKind === CLIENT || otelKind === PRODUCER || this.#model) return EXTERNAL_CALL;
    if (
      ((nameLength === 23 && bytes[nameOffset] === 0x63) ||
        (nameLength === 8 && bytes[nameOffset] === 0x6c)) &&
      MODEL_SPAN_NAMES.has(text(bytes, nameOffset, nameLength))
    )
      return EXTERNAL_CALL;
    if (otelKind === SERVER || otelKind === CONSUMER || this.#task) return ASYNC_TASK;
    return FUNCTION;
  }
}

function equalsAt(bytes: Uint8Array, offset: number, expected: Uint8Array): boolean {
  // Keys of one length mostly differ at their ends.
  for (let i = expected.length - 1; i >= 0; i--)
    if (bytes[offset + i] !== expected[i]) return false;
  return true;
}

/** A short value, as the words above are; anything longer is none of them. */
function text(bytes: Uint8Array, offset: number, length: number): string {
  let out = '';
  if (length > 32) return out;
  for (let i = 0; i < length; i++) out += String.fromCharCode(bytes[offset + i]!);
  return out;
}
