/**
 * The requests that the bench sends: TEMPLATES of them are written once, and each send fills in ids, times
 * and a few values where they lie. So no two requests share a span and the generator costs little.
 */
import { encodeJson } from './encode-json.ts';
import { encodeProtobuf } from './encode-protobuf.ts';
import { shopRequest, TEMPLATES } from './shop-request.ts';
import {
  durationMicros,
  itemWord,
  type Slot,
  type SlotKind,
  SPANS_A_TRACE,
  spanWord,
  traceWord,
  userNumber,
} from './slots.ts';

export type Form = 'protobuf' | 'json';

/** Bytes that occur nowhere else; slots are found again in the order in which they were written. */
const MARKS: Readonly<Record<Form, Buffer>> = {
  protobuf: Buffer.from('f7e39ba1d5c6b7a8', 'hex'),
  json: Buffer.from('~@^~@^~@'),
};
const WIDTHS: Readonly<Record<Form, Readonly<Record<SlotKind, number>>>> = {
  protobuf: widths(16, 8, 8),
  json: widths(32, 16, 19),
};
/** Spans began this long before they are sent, each a millisecond after the one before in its trace. */
const BEGAN_NANOS_AGO = 20_000_000n;
const STEP_NANOS = 1_000_000;
const WORD = 0x1_0000_0000;

interface Place extends Slot {
  /** Offset of its first byte. */
  readonly at: number;
}

interface Template {
  readonly bytes: Buffer;
  /** Of the same bytes: it writes words several times as fast as a Buffer does. */
  readonly view: DataView;
  readonly places: readonly Place[];
}

export class BenchRequests {
  readonly spansPerRequest: number;
  readonly #seed: number;
  readonly #form: Form;
  readonly #templates: readonly Template[];

  constructor(spansPerRequest: number, seed: number, form: Form = 'protobuf') {
    this.spansPerRequest = spansPerRequest;
    this.#seed = seed;
    this.#form = form;
    this.#templates = Array.from({ length: TEMPLATES }, (_, number) =>
      templateOf(number, spansPerRequest, form),
    );
  }

  /** Request number `n`; valid until the next call with the same n modulo TEMPLATES. */
  request(n: number, nowUnixNano: bigint): Buffer {
    const template = this.#templates[n % TEMPLATES]!;
    const fill = this.#form === 'protobuf' ? fillBinary : fillText;
    fill(template, this.#seed, n, nowUnixNano - BEGAN_NANOS_AGO);
    return template.bytes;
  }
}

function widths(trace: number, span: number, time: number): Record<SlotKind, number> {
  const ids = { trace, span, 'linked-trace': trace, 'linked-span': span };
  return { ...ids, start: time, end: time, user: 8, item: 8 };
}

function templateOf(number: number, spans: number, form: Form): Template {
  const mark = MARKS[form];
  const written: Slot[] = [];
  const filler = (slot: Slot): Buffer => {
    written.push(slot);
    return Buffer.concat([mark], WIDTHS[form][slot.kind]).fill(0x30, mark.length);
  };
  const description = shopRequest(number, spans);
  const bytes =
    form === 'protobuf'
      ? encodeProtobuf(description, filler)
      : encodeJson(description, (slot) => filler(slot).toString('latin1'));
  let from = 0;
  const places = written.map((slot) => {
    const at = bytes.indexOf(mark, from);
    if (at < 0) throw new Error('a slot was not written in its order');
    from = at + WIDTHS[form][slot.kind];
    return { ...slot, at };
  });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { bytes, view, places };
}

function fillBinary(
  { bytes, view, places }: Template,
  seed: number,
  n: number,
  base: bigint,
): void {
  const baseLow = Number(base & 0xffffffffn);
  const baseHigh = Number(base >> 32n);
  for (const { kind, index, at } of places) {
    if (kind === 'start' || kind === 'end') {
      const low = baseLow + offsetNanos(kind, seed, n, index);
      view.setUint32(at, low, true);
      view.setUint32(at + 4, baseHigh + (low >= WORD ? 1 : 0), true);
    } else if (kind === 'user') writeDecimal(bytes, at, userNumber(seed, n, index));
    else if (kind === 'item') writeHex(bytes, at, itemWord(seed, n, index));
    else {
      const words = idWords(kind);
      for (let w = 0; w < words; w++) view.setUint32(at + w * 4, idWord(kind, seed, n, index, w));
    }
  }
}

function fillText({ bytes, places }: Template, seed: number, n: number, base: bigint): void {
  for (const { kind, index, at } of places) {
    if (kind === 'start' || kind === 'end')
      bytes.write(String(base + BigInt(offsetNanos(kind, seed, n, index))), at, 'latin1');
    else if (kind === 'user') writeDecimal(bytes, at, userNumber(seed, n, index));
    else if (kind === 'item') writeHex(bytes, at, itemWord(seed, n, index));
    else {
      const words = idWords(kind);
      for (let w = 0; w < words; w++) writeHex(bytes, at + w * 8, idWord(kind, seed, n, index, w));
    }
  }
}

type IdKind = 'trace' | 'span' | 'linked-trace' | 'linked-span';

const idWords = (kind: IdKind) => (kind === 'trace' || kind === 'linked-trace' ? 4 : 2);

/** A link points to the like span of the next request. */
function idWord(kind: IdKind, seed: number, n: number, index: number, at: number): number {
  if (kind === 'trace') return traceWord(seed, n, index, at);
  if (kind === 'span') return spanWord(seed, n, index, at);
  if (kind === 'linked-trace') return traceWord(seed, n + 1, index, at);
  return spanWord(seed, n + 1, index, at);
}

/** Below 2^32, so that one carry is all there can be. */
function offsetNanos(kind: 'start' | 'end', seed: number, n: number, index: number): number {
  const start = (index % SPANS_A_TRACE) * STEP_NANOS;
  return kind === 'start' ? start : start + durationMicros(seed, n, index) * 1_000;
}

function writeDecimal(bytes: Buffer, at: number, value: number): void {
  let rest = value;
  for (let i = 7; i >= 0; i--) {
    bytes[at + i] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

function writeHex(bytes: Buffer, at: number, value: number): void {
  for (let i = 0; i < 8; i++) {
    const digit = (value >>> (28 - i * 4)) & 15;
    bytes[at + i] = digit < 10 ? 0x30 + digit : 0x57 + digit;
  }
}
