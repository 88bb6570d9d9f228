/**
 * Judges whether a span says what is looked for. What does not occur in its bytes, in any case, is not in its texts either: few spans are read.
 * Numbers are told apart from their bytes, so that a word that might be one is looked for in every value.
 *
 *   Span 9 attributes · 11 events · 15 status · Event 2 name · 3 attributes · Status 2 message
 */
import { type Attribute, scalarText } from '../../model/attribute.ts';
import { attributeText } from '../../model/attribute-names.ts';
import { type FindField, type FindTerm, fieldsOf, isSaidBy } from '../../model/find-terms.ts';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import type { TraceOutline } from '../../model/trace-outline.ts';
import { SPAN_STATUSES } from '../../model/trace-span.ts';
import { readAttribute } from '../../otlp/read-attributes.ts';
import { FieldCursor } from '../../otlp/wire/field-cursor.ts';
import { ProtobufReader, WIRE } from '../../otlp/wire/protobuf-reader.ts';
import { AttributeWalk } from '../../projection/attribute-walk.ts';
import { FrameReader } from '../../projection/frame-reader.ts';
import { kindAt, statusAt } from '../../projection/project-trace.ts';
import type { SpanRecord } from '../../store/contracts/span-record.ts';

const EVENTS = 11;
const STATUS = 15;
/** Of an Event. */
const EVENT_ATTRIBUTES = 3;
/** An AnyValue that begins with its string. */
const STRING_TAG = 0x0a;
/** Of a boolean, a whole number and another. */
const SCALAR_TAGS: ReadonlySet<number> = new Set([0x10, 0x18, 0x21]);
const OTHERS_MAX = 4_096;
const ASCII = /^[\x20-\x7e]*$/;
/** What numbers, booleans and the marks between them are written with. */
const MAY_BE_OTHER = /^[-+.\de]*$|true|false|infinity|nan/;
const OTHER_WORDS = ['true', 'false', 'infinity', '-infinity', 'nan'];

interface Term extends FindTerm {
  /** Lies in the span's bytes, where it is a text there at all. */
  readonly isAscii: boolean;
  /** May stand for what bytes do not spell: a number, a list. */
  readonly mayBeOther: boolean;
  /** By number of a name, of a service, of a kind and of a state. */
  readonly inName: Uint8Array;
  readonly inService: Uint8Array;
  readonly inKind: Readonly<Record<string, boolean>>;
  readonly inStatus: Readonly<Record<string, boolean>>;
}

export class SpanFinder {
  readonly #terms: readonly Term[];
  readonly #outline: TraceOutline;
  readonly #frames = new FrameReader();
  readonly #walk = new AttributeWalk();
  /** Texts of values by their bytes. */
  readonly #others = new Map<string, string>();
  readonly #fields = new FieldCursor();
  readonly #parts = new FieldCursor();

  /** @param terms that must all hold */
  constructor(terms: readonly FindTerm[], outline: TraceOutline) {
    this.#outline = outline;
    this.#terms = terms.map((term) => termOf(term, outline));
  }

  matches(row: number, { span, resource }: SpanRecord): boolean {
    const bytes = Buffer.from(span.buffer, span.byteOffset, span.length);
    let text: string | undefined;
    for (const term of this.#terms) {
      if (this.#isInOutline(term, row)) continue;
      // As many characters as bytes, so that places are the same; letters beyond ASCII are looked for by themselves.
      text ??= bytes.toString('latin1').toLowerCase();
      const isFound =
        term.key === undefined
          ? this.#hasWord(term, bytes, text)
          : this.#hasPair(term, term.key, bytes, text, resource);
      if (!isFound) return false;
    }
    return true;
  }

  #isInOutline({ inName, inService, inKind, inStatus }: Term, row: number): boolean {
    const { name, service } = this.#outline;
    return (
      inName[name[row]!] === 1 ||
      inService[service[row]!] === 1 ||
      inKind[kindAt(this.#outline, row)] === true ||
      inStatus[statusAt(this.#outline, row)] === true
    );
  }

  /** In keys and values of the span and its events, in names of events, in the message of its status. */
  #hasWord(term: Term, bytes: Buffer, text: string): boolean {
    if (term.isAscii && !term.mayBeOther && !text.includes(term.text)) return false;
    if (this.#isInAttributes(term, bytes, text, 0, bytes.length)) return true;
    const fields = this.#fields.over(bytes);
    while (fields.next()) {
      if (fields.wireType !== WIRE.bytes) continue;
      const { field, from, to } = fields;
      if (field === STATUS || field === EVENTS) {
        const parts = this.#parts.over(bytes, from, to);
        while (parts.next())
          if (parts.is(2, WIRE.bytes) && isWithin(term, bytes, text, parts.from, parts.to))
            return true;
      }
      if (field === EVENTS && this.#isInAttributes(term, bytes, text, from, to, EVENT_ATTRIBUTES))
        return true;
    }
    return false;
  }

  #isInAttributes(
    term: Term,
    bytes: Buffer,
    text: string,
    from: number,
    to: number,
    field?: number,
  ): boolean {
    const walk = this.#walk.over(bytes, from, to, field);
    while (walk.next()) {
      if (isWithin(term, bytes, text, walk.keyFrom, walk.keyTo)) return true;
      const { valueFrom, valueTo } = walk;
      if (valueFrom === valueTo) continue;
      if (bytes[valueFrom] === STRING_TAG) {
        if (isWithin(term, bytes, text, stringFrom(bytes, valueFrom), valueTo)) return true;
      } else if (this.#isInOther(term, bytes, text)) return true;
    }
    return false;
  }

  /** In a value that is no text: of lists, the texts in it lie in its bytes too. */
  #isInOther(term: Term, bytes: Buffer, text: string): boolean {
    const { valueFrom, valueTo } = this.#walk;
    if (!term.mayBeOther) {
      if (SCALAR_TAGS.has(bytes[valueFrom]!)) return false;
      if (term.isAscii && text.indexOf(term.text, valueFrom) < 0) return false;
    }
    const content = bytes.toString('latin1', valueFrom, valueTo);
    let said = this.#others.get(content);
    if (said === undefined) {
      said = valueText(this.#walk.read());
      if (this.#others.size < OTHERS_MAX) this.#others.set(content, said);
    }
    return said.includes(term.text);
  }

  /** Where the span itself has no such attribute, its resource counts. */
  #hasPair(term: Term, key: string, bytes: Buffer, text: string, resource: Uint8Array): boolean {
    let isOwn = false;
    if (!ASCII.test(key) || text.includes(key)) {
      const own = this.#pairs(key, bytes, text, 0, bytes.length);
      isOwn = own.length > 0;
      if (own.some((attribute) => isValue(term, attribute))) return true;
      const fields = this.#fields.over(bytes);
      while (fields.next()) {
        if (!fields.is(EVENTS, WIRE.bytes)) continue;
        const { from, to } = fields;
        const told = this.#pairs(key, bytes, text, from, to, EVENT_ATTRIBUTES);
        if (told.some((attribute) => isValue(term, attribute))) return true;
      }
    }
    if (isOwn) return false;
    const { attributes } = this.#frames.resource(resource);
    return attributes.some((one) => one.key.toLowerCase() === key && isValue(term, one));
  }

  #pairs(
    key: string,
    bytes: Buffer,
    text: string,
    from: number,
    to: number,
    field?: number,
  ): Attribute[] {
    const found: Attribute[] = [];
    const walk = this.#walk.over(bytes, from, to, field);
    while (walk.next()) {
      const { keyFrom, keyTo } = walk;
      const isAscii = keyTo - keyFrom === key.length && text.startsWith(key, keyFrom);
      if (isAscii || keyOf(bytes, keyFrom, keyTo) === key)
        found.push(readAttribute(new ProtobufReader(bytes, walk.from, walk.to)));
    }
    return found;
  }
}

/** Behind the tag and the length. */
function stringFrom(bytes: Uint8Array, valueFrom: number): number {
  let at = valueFrom + 1;
  while (bytes[at++]! > 127);
  return at;
}

/** Of a key that is not plain ASCII; else empty. */
function keyOf(bytes: Buffer, from: number, to: number): string {
  for (let at = from; at < to; at++)
    if (bytes[at]! > 127) return bytes.toString('utf8', from, to).toLowerCase();
  return '';
}

function termOf(term: FindTerm, { names, services }: TraceOutline): Term {
  const fields = fieldsOf(term);
  const holds = (field: FindField, text: string) => fields.includes(field) && isSaidBy(term, text);
  const marks = (field: FindField, texts: readonly string[]) =>
    Uint8Array.from(texts, (one) => (holds(field, one) ? 1 : 0));
  const words = (field: FindField, all: readonly string[]) =>
    Object.fromEntries(all.map((one) => [one, holds(field, one)]));
  return {
    ...term,
    isAscii: ASCII.test(term.text),
    mayBeOther:
      MAY_BE_OTHER.test(term.text) ||
      OTHER_WORDS.some((word) => word.includes(term.text)) ||
      /[[\]{}:,]/.test(term.text),
    inName: marks('name', names),
    inService: marks('service', services),
    inKind: words('kind', SPAN_KINDS),
    inStatus: words('status', SPAN_STATUSES),
  };
}

function isWithin(
  { text: wanted, isAscii }: Term,
  bytes: Buffer,
  text: string,
  from: number,
  to: number,
): boolean {
  if (!isAscii) return bytes.toString('utf8', from, to).toLowerCase().includes(wanted);
  const at = text.indexOf(wanted, from);
  return at >= 0 && at + wanted.length <= to;
}

const valueText = ({ value }: Attribute): string => attributeText(value).toLowerCase();

function isValue(term: Term, { value }: Attribute): boolean {
  return isSaidBy(term, scalarText(value) ?? attributeText(value));
}
