/**
 * What the attributes of one span say about its SYNTON kind, gathered while they pass by.
 *
 * The same first-match rule as model/classify-span-kind.ts, on bytes; a test holds the two together.
 * A key is compared only where its length and first letter fit, so that other attributes cost two loads.
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

const MODEL_OPERATIONS = new Set(['chat', 'text_completion', 'generate_content', 'embeddings']);
const MODEL_SPAN_NAMES = new Set(['claude_code.llm_request', 'llm_call']);

export class KindHints {
  #given = -1;
  #database = false;
  #model = false;
  #task = false;

  reset(): void {
    this.#given = -1;
    this.#database = false;
    this.#model = false;
    this.#task = false;
  }

  /** `valueLength` is −1 where the value is no string; then `valueOffset` may be its varint, or −1. */
  see(
    bytes: Uint8Array,
    keyOffset: number,
    keyLength: number,
    valueOffset: number,
    valueLength: number,
  ): void {
    if (keyLength < 9 || keyLength > 23) return;
    switch (bytes[keyOffset]) {
      case 0x64: // d
        if (bytes[keyOffset + 2] === 0x2e && keyLength <= 14) {
          const key = latin1(bytes, keyOffset, keyLength);
          if (
            key === 'db.system.name' ||
            key === 'db.system' ||
            key === 'db.query.text' ||
            key === 'db.statement'
          )
            this.#database = true;
        }
        return;
      case 0x73: // s
        if (keyLength === 11 || keyLength === 12)
          this.#synton(bytes, keyOffset, keyLength, valueOffset, valueLength);
        return;
      case 0x67: // g
        if (keyLength === 21 && latin1(bytes, keyOffset, 21) === 'gen_ai.operation.name') {
          const value = valueLength < 0 ? '' : latin1(bytes, valueOffset, valueLength);
          if (MODEL_OPERATIONS.has(value)) this.#model = true;
          else if (value === 'invoke_agent' || value === 'invoke_workflow') this.#task = true;
        }
        return;
      case 0x6f: // o
        if (keyLength === 23 && latin1(bytes, keyOffset, 23) === 'openinference.span.kind') {
          const value = valueLength < 0 ? '' : latin1(bytes, valueOffset, valueLength);
          if (value === 'LLM' || value === 'EMBEDDING') this.#model = true;
        }
        return;
      case 0x74: // t
        if (keyLength === 19 && latin1(bytes, keyOffset, 19) === 'traceloop.span.kind') {
          const value = valueLength < 0 ? '' : latin1(bytes, valueOffset, valueLength);
          if (value === 'workflow' || value === 'agent') this.#task = true;
        }
        return;
      default:
    }
  }

  #synton(
    bytes: Uint8Array,
    keyOffset: number,
    keyLength: number,
    valueOffset: number,
    valueLength: number,
  ): void {
    const key = latin1(bytes, keyOffset, keyLength);
    if (key === 'synton.kind' && valueLength > 0 && this.#given < 0) {
      const value = latin1(bytes, valueOffset, valueLength);
      this.#given = SPAN_KINDS.indexOf(value as SpanKind);
    } else if (key === 'synton.async' && valueLength < 0 && valueOffset >= 0)
      this.#task = bytes[valueOffset] !== 0 || this.#task;
  }

  /** Index into SPAN_KINDS, from all that was seen since `reset`. */
  kind(bytes: Uint8Array, otelKind: number, nameOffset: number, nameLength: number): number {
    if (this.#given >= 0) return this.#given;
    if (this.#database) return DATABASE_QUERY;
    if (otelKind === CLIENT || otelKind === PRODUCER || this.#model) return EXTERNAL_CALL;
    if (
      (nameLength === 23 || nameLength === 8) &&
      MODEL_SPAN_NAMES.has(latin1(bytes, nameOffset, nameLength))
    )
      return EXTERNAL_CALL;
    if (otelKind === SERVER || otelKind === CONSUMER || this.#task) return ASYNC_TASK;
    return FUNCTION;
  }
}

function latin1(bytes: Uint8Array, offset: number, length: number): string {
  let text = '';
  const end = offset + Math.min(length, 32);
  for (let i = offset; i < end; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}
