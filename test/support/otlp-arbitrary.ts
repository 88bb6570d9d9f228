/**
 * Generators of OTLP trace requests: valid ones as protobufjs encodes them, the same message in any form
 * that the wire allows (order, non-minimal varints, unknown fields, groups, split messages), and damage.
 */
import fc from 'fast-check';
import { type MessageSchema, TRACES_DATA } from '../../src/otlp/json/otlp-schema.ts';
import { ProtobufReader, WIRE } from '../../src/otlp/wire/protobuf-reader.ts';
import { oracle } from './otlp-proto.ts';
import { SeededRandom } from './seeded-random.ts';

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const u32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 0xffffffff }));
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** Mostly right, sometimes all zero, too short, too long or missing. */
function id(length: number): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    { weight: 12, arbitrary: bytes(length) },
    { weight: 1, arbitrary: fc.constant(new Uint8Array(length)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  );
}

const key = fc.oneof(
  fc.constantFrom('service.name', 'http.route', 'db.system.name', 'synton.kind', '__proto__', ''),
  text,
);

const { value: anyValue } = fc.letrec<{ value: object; pair: object }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'any' },
    { weight: 6, arbitrary: fc.record({ stringValue: text }) },
    { weight: 2, arbitrary: fc.record({ intValue: int64 }) },
    { weight: 1, arbitrary: fc.record({ boolValue: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ doubleValue: fc.double() }) },
    { weight: 1, arbitrary: fc.record({ bytesValue: fc.uint8Array({ maxLength: 8 }) }) },
    { weight: 1, arbitrary: fc.constant({}) },
    {
      weight: 1,
      arbitrary: fc.record({
        arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kvlistValue: fc.record({ values: fc.array(tie('pair'), { maxLength: 3 }) }),
      }),
    },
  ),
  pair: fc.record({ key, value: tie('value') }, { requiredKeys: [] }),
}));

const attributes = fc.array(fc.record({ key, value: anyValue }, { requiredKeys: ['key'] }), {
  maxLength: 4,
});

const resourceAttributes = fc.array(
  fc.oneof(
    fc.record({ key: fc.constant('service.name'), value: fc.record({ stringValue: text }) }),
    fc.record({ key, value: anyValue }, { requiredKeys: ['key'] }),
  ),
  { maxLength: 4 },
);

const event = fc.record(
  {
    timeUnixNano: u64,
    name: fc.oneof(fc.constant('exception'), text),
    attributes,
    droppedAttributesCount: u32,
  },
  { requiredKeys: [] },
);

const link = fc.record(
  { traceId: id(16), spanId: id(8), traceState: text, attributes, flags: u32 },
  { requiredKeys: [] },
);

const span = fc.record(
  {
    traceId: id(16),
    spanId: id(8),
    traceState: fc.constantFrom('', 'ot=th:8', 'a=b,ot=rv:00000000000001'),
    parentSpanId: fc.oneof(fc.constant(new Uint8Array(0)), id(8)),
    name: text,
    kind: fc.oneof(fc.nat(6), fc.integer({ min: -2_147_483_648, max: 2_147_483_647 })),
    startTimeUnixNano: u64,
    endTimeUnixNano: u64,
    attributes,
    droppedAttributesCount: u32,
    events: fc.array(event, { maxLength: 2 }),
    droppedEventsCount: u32,
    links: fc.array(link, { maxLength: 2 }),
    droppedLinksCount: u32,
    status: fc.record(
      { message: text, code: fc.oneof(fc.nat(3), fc.nat(1000)) },
      { requiredKeys: [] },
    ),
    flags: u32,
  },
  { requiredKeys: ['traceId', 'spanId'] },
);

const scopeSpans = fc.record(
  {
    scope: fc.record(
      { name: text, version: text, attributes, droppedAttributesCount: u32 },
      { requiredKeys: [] },
    ),
    spans: fc.array(span, { maxLength: 3 }),
    schemaUrl: text,
  },
  { requiredKeys: [] },
);

const resourceSpans = fc.record(
  {
    resource: fc.record(
      { attributes: resourceAttributes, droppedAttributesCount: u32 },
      { requiredKeys: [] },
    ),
    scopeSpans: fc.array(scopeSpans, { maxLength: 3 }),
    schemaUrl: text,
  },
  { requiredKeys: [] },
);

/** Requests as protobufjs encodes them. */
export const validRequest: fc.Arbitrary<Uint8Array> = fc
  .record({ resourceSpans: fc.array(resourceSpans, { maxLength: 3 }) })
  .map((request) =>
    Uint8Array.from(oracle.tracesData.encode(oracle.tracesData.fromObject(request)).finish()),
  );

/** The same in any form that protobuf allows; every decoder accepts it. */
export const oddRequest: fc.Arbitrary<Uint8Array> = fc
  .tuple(validRequest, fc.integer())
  .map(([request, seed]) => new OddWriter(seed).rewrite(request, TRACES_DATA));

/** Requests with damage in them; most are refused. */
export const damagedRequest: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.oneof(validRequest, oddRequest), fc.integer({ min: 1, max: 3 }), fc.integer())
  .map(([request, count, seed]) => {
    const random = new SeededRandom(seed);
    let damaged = request;
    for (let i = 0; i < count; i++) damaged = damage(damaged, random);
    return damaged;
  });

/** Requests with values, groups or both nested about as deep as is allowed, in any place. */
export const deepRequest: fc.Arbitrary<Uint8Array> = fc
  .record({
    levels: fc.array(fc.constantFrom('list', 'map'), { maxLength: 60, size: 'max' }),
    groups: fc.nat(105),
    place: fc.constantFrom('span', 'event', 'link', 'resource', 'scope'),
  })
  .map(({ levels, groups, place }) => {
    const missing = 100 - levels.length * 2.5;
    const count = missing > 0 && groups % 2 === 0 ? Math.min(groups, Math.round(missing)) : groups;
    // Groups stand innermost, as nothing inside an unknown field is a message.
    let nested = joined(...times(count, [0x9b, 0x06]), ...times(count, [0x9c, 0x06]));
    for (const level of levels) {
      nested =
        level === 'list'
          ? field(5, field(1, nested))
          : field(6, field(1, joined(field(1, [0x6b]), field(2, nested))));
    }
    const pair = joined(field(1, [0x6b]), field(2, nested));
    const span = joined(field(1, bytesOf(16)), field(2, bytesOf(8)));
    switch (place) {
      case 'resource':
        return field(1, joined(field(1, field(1, pair)), field(2, field(2, span))));
      case 'scope':
        return field(1, field(2, joined(field(1, field(3, pair)), field(2, span))));
      case 'event':
        return field(1, field(2, field(2, joined(span, field(11, field(3, pair))))));
      case 'link':
        return field(1, field(2, field(2, joined(span, field(13, field(4, pair))))));
      default:
        return field(1, field(2, field(2, joined(span, field(9, pair)))));
    }
  });

function times(count: number, bytes: readonly number[]): (readonly number[])[] {
  return new Array(count).fill(bytes);
}

/** A length-delimited field with a number below 16. */
function field(number: number, body: Uint8Array | readonly number[]): Uint8Array<ArrayBuffer> {
  const length = body.length;
  const prefix = length < 128 ? [length] : [(length & 127) | 128, length >> 7];
  return joined([number * 8 + WIRE.bytes], prefix, body);
}

/** Bytes that say something to a parser: tags of every type, lengths, ends of varints. */
const TELLING = [0, 1, 2, 7, 8, 9, 10, 11, 12, 13, 16, 18, 19, 20, 26, 34, 42, 0x7f, 0x80, 0xff];

function damage(request: Uint8Array, random: SeededRandom): Uint8Array {
  const at = random.below(request.length + 1);
  switch (random.below(6)) {
    case 0:
      return request.slice(0, at);
    case 1: {
      const flipped = Uint8Array.from(request);
      if (at < flipped.length) flipped[at] = flipped[at]! ^ (1 << random.below(8));
      return flipped;
    }
    case 2: {
      const changed = Uint8Array.from(request);
      if (at < changed.length) changed[at] = random.pick(TELLING);
      return changed;
    }
    case 3:
      return joined(request.slice(0, at), [random.pick(TELLING)], request.slice(at));
    case 4:
      return joined(request.slice(0, at), request.slice(at + 1 + random.below(4)));
    default: {
      const piece = request.slice(at, at + random.below(12));
      return joined(request.slice(0, at), piece, request.slice(at));
    }
  }
}

function joined(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts.map((part) => Uint8Array.from(part))));
}

/** Members of AnyValue, to come beside the one that is there: a string, a list, a map, bytes, numbers. */
const OTHER_MEMBERS = [
  Uint8Array.of(10, 1, 0x78),
  Uint8Array.of(42, 0),
  Uint8Array.of(50, 0),
  Uint8Array.of(58, 1, 0),
  Uint8Array.of(16, 1),
  Uint8Array.of(24, 5),
  Uint8Array.from([33, 0, 0, 0, 0, 0, 0, 0, 0x40]),
  // A wrong type, which sets nothing.
  Uint8Array.of(8, 1),
] as const;

/** Writes a message again in another of its forms. */
class OddWriter {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  rewrite(message: Uint8Array, schema: MessageSchema): Uint8Array {
    const random = this.#random;
    const reader = new ProtobufReader(message);
    const fields: Uint8Array[] = [];
    while (reader.next()) fields.push(this.#field(reader, message, schema));
    while (schema.oneof && random.below(5) === 0) fields.push(random.pick(OTHER_MEMBERS));
    if (random.below(4) === 0) {
      // Elements of one list must stay in order to mean the same, but the rest may go anywhere; here the
      // meaning may change too, as every decoder is given the same bytes.
      for (let i = fields.length - 1; i > 0; i--) {
        const j = random.below(i + 1);
        [fields[i], fields[j]] = [fields[j]!, fields[i]!];
      }
    }
    while (random.below(6) === 0) {
      fields.splice(random.below(fields.length + 1), 0, this.#unknown(0));
    }
    return joined(...fields);
  }

  #field(reader: ProtobufReader, message: Uint8Array, schema: MessageSchema): Uint8Array {
    const random = this.#random;
    const { field: number, wireType } = reader;
    const from = reader.offset;
    if (wireType !== WIRE.bytes) {
      reader.skip();
      const value = message.slice(from, reader.offset);
      const tag = this.#varint(number * 8 + wireType, 5);
      if (wireType !== WIRE.varint) return joined(tag, value);
      if (random.below(30) === 0)
        return joined(this.#varint(number * 8 + WIRE.fixed32, 5), bytesOf(4));
      const spare = Math.min(random.below(4) === 0 ? random.below(9) : 0, 10 - value.length);
      if (spare > 0) value[value.length - 1]! |= 0x80;
      const padding = new Array(spare).fill(0x80);
      if (spare > 0) padding[spare - 1] = 0;
      return joined(tag, value, padding);
    }
    const view = reader.view();
    const field = schema.byNumber[number];
    if (random.below(40) === 0) return joined(this.#varint(number * 8, 5), [7]);
    const tag = this.#varint(number * 8 + WIRE.bytes, 5);
    if (field?.kind !== 'message') return joined(tag, this.#varint(view.length, 4), view);
    const body = this.rewrite(view, field.message!());
    const whole = joined(tag, this.#varint(body.length, 4), body);
    // A message that is not in a list may come in two parts.
    if (field.repeated || random.below(10) > 0) return whole;
    return joined(whole, tag, this.#varint(body.length, 4), body);
  }

  /** A field that no OTLP message has, or one that has its number but not its type. */
  #unknown(depth: number): Uint8Array {
    const random = this.#random;
    const number = random.pick([1, 2, 9, 15, 17, 99, 1000, 536_870_911]);
    const wireType = random.pick([
      WIRE.varint,
      WIRE.fixed64,
      WIRE.bytes,
      WIRE.groupStart,
      WIRE.fixed32,
    ]);
    const known = number <= 15;
    switch (known ? WIRE.groupStart : wireType) {
      case WIRE.varint:
        return joined(this.#varint(number * 8, 5), this.#varint(random.word(), 10));
      case WIRE.fixed64:
        return joined(this.#varint(number * 8 + WIRE.fixed64, 5), bytesOf(8));
      case WIRE.fixed32:
        return joined(this.#varint(number * 8 + WIRE.fixed32, 5), bytesOf(4));
      case WIRE.bytes: {
        const length = random.below(20);
        return joined(
          this.#varint(number * 8 + WIRE.bytes, 5),
          this.#varint(length, 4),
          bytesOf(length),
        );
      }
      default: {
        const inside: Uint8Array[] = [];
        while (depth < 5 && random.below(2) === 0) inside.push(this.#unknown(depth + 1));
        return joined(
          this.#varint(number * 8 + WIRE.groupStart, 5),
          ...inside,
          this.#varint(number * 8 + WIRE.groupEnd, 5),
        );
      }
    }
  }

  /** Now and then longer than it need be. */
  #varint(value: number, bytesMax: number): number[] {
    const bytes: number[] = [];
    let rest = value;
    do {
      bytes.push(rest % 128);
      rest = Math.floor(rest / 128);
    } while (rest > 0);
    if (this.#random.below(12) === 0) {
      while (bytes.length < bytesMax && this.#random.below(2) === 0) bytes.push(0);
    }
    return bytes.map((byte, index) => (index < bytes.length - 1 ? byte | 0x80 : byte));
  }
}

function bytesOf(length: number): number[] {
  return Array.from({ length }, (_, index) => index * 37 + 1);
}
