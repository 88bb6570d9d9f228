import { describe, expect, test } from 'vitest';
import { MalformedProtobuf } from '../../../../src/otlp/wire/malformed-protobuf.ts';
import { DEPTH_MAX, ProtobufReader, WIRE } from '../../../../src/otlp/wire/protobuf-reader.ts';
import { ProtobufWriter } from '../../../../src/otlp/wire/protobuf-writer.ts';

function written(write: (writer: ProtobufWriter) => void): Uint8Array {
  const writer = new ProtobufWriter(1);
  write(writer);
  return writer.finish();
}

function readerOn(...bytes: number[]): ProtobufReader {
  return new ProtobufReader(Uint8Array.from(bytes));
}

describe('protobuf on the wire', () => {
  test('reads back what was written', () => {
    const bytes = written((writer) => {
      writer.uint32(1, 4_294_967_295);
      writer.int64(2, -(2n ** 63n));
      writer.int64Number(3, Number.MAX_SAFE_INTEGER);
      writer.bool(4, true);
      writer.fixed32(5, 0xdeadbeef);
      writer.fixed64(6, 2n ** 64n - 1n);
      writer.double(7, -0);
      writer.view(8, Uint8Array.of(1, 2, 3));
      writer.string(1000, 'größer 😀');
    });
    const reader = new ProtobufReader(bytes);
    const values: unknown[] = [];
    const reads = [
      () => reader.uint32(),
      () => reader.int64(),
      () => reader.int64(),
      () => reader.bool(),
      () => reader.fixed32(),
      () => reader.fixed64(),
      () => reader.double(),
      () => [...reader.view()],
      () => reader.string(),
    ];
    while (reader.next()) values.push(reads[values.length]!());
    expect(values).toEqual([
      4_294_967_295,
      -(2n ** 63n),
      2n ** 53n - 1n,
      true,
      0xdeadbeef,
      2n ** 64n - 1n,
      -0,
      [1, 2, 3],
      'größer 😀',
    ]);
    expect(reader.field).toBe(1000);
  });

  test.each([0, 1, 127, 128, 16_383, 16_384, 70_000])(
    'a nested message of %i bytes gets its length',
    (size) => {
      const bytes = written((writer) => {
        const outer = writer.begin(1);
        const inner = writer.beginSized(2, 300);
        writer.raw(new Uint8Array(size).fill(8));
        writer.endSized(inner, 300);
        writer.end(outer);
        writer.uint32(3, 1);
      });
      const reader = new ProtobufReader(bytes);
      reader.next();
      const outer = reader.message();
      outer.next();
      expect(outer.view()).toEqual(new Uint8Array(size).fill(8));
      expect(outer.next()).toBe(false);
      expect(reader.next() && reader.uint32()).toBe(1);
    },
  );

  test.each([
    ['plain ASCII, short', 'http.route', '/cart'],
    ['a long value', 'db.query.text', 'SELECT '.repeat(200)],
    ['a long key', 'k'.repeat(130), 'v'],
    ['more than ASCII', 'schlüssel', 'naïve'],
    ['a lone surrogate', 'k', 'a\ud800b'],
  ])('strings: %s', (_name, key, text) => {
    const bytes = written((writer) => {
      if (writer.shortPair(1, key, text)) return;
      const pair = writer.begin(1);
      writer.string(1, key);
      const value = writer.begin(2);
      writer.string(1, text);
      writer.end(value);
      writer.end(pair);
    });
    const reader = new ProtobufReader(bytes);
    reader.next();
    const pair = reader.message();
    pair.next();
    expect(pair.string()).toBe(key);
    pair.next();
    const value = pair.message();
    value.next();
    expect(value.string()).toBe(text.replace(/\p{Surrogate}/gu, '\ufffd'));
    expect(reader.findings.invalidUtf8).toBe(false);
  });

  test('a wrong wire type is an unknown field, and a group is passed over', () => {
    // Field 1 as a varint, then group 2 holding field 1 and an empty group 3, then field 1 as bytes.
    const reader = readerOn(8, 1, 0x13, 8, 1, 0x1b, 0x1c, 0x14, 10, 1, 65);
    const found: string[] = [];
    while (reader.next()) {
      if (reader.is(1, WIRE.bytes)) found.push(reader.string());
      else reader.skip();
    }
    expect(found).toEqual(['A']);
  });

  test('invalid UTF-8 is mended and noted; U+FFFD itself is no fault', () => {
    const fine = new ProtobufReader(written((writer) => writer.string(1, '\ufffd')));
    fine.next();
    expect(fine.string()).toBe('\ufffd');
    expect(fine.findings.invalidUtf8).toBe(false);

    const broken = readerOn(10, 2, 0xc3, 0x28);
    broken.next();
    expect(broken.string()).toBe('\ufffd(');
    expect(broken.findings.invalidUtf8).toBe(true);
  });

  test.each([
    ['field number zero', [0, 1]],
    ['a length beyond the end', [10, 5, 1]],
    ['a length that is cut short', [10, 0x80]],
    ['a length beyond 31 bits', [10, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['a tag beyond 32 bits', [0xff, 0xff, 0xff, 0xff, 0x1f, 0]],
    ['a fixed64 that is cut short', [9, 1, 2, 3]],
    ['a group without an end', [0x13, 8, 1]],
    ['an end without a group', [0x14]],
    ['the end of another group', [0x13, 0x1c]],
    ['wire type 6', [14]],
  ])('refuses %s', (_name, bytes) => {
    const reader = readerOn(...bytes);
    expect(() => {
      while (reader.next()) reader.skip();
    }).toThrow(MalformedProtobuf);
  });

  test('refuses a varint of eleven bytes and nesting beyond its bound', () => {
    const long = readerOn(8, ...new Array(10).fill(0x80), 1);
    long.next();
    expect(() => long.uint32()).toThrow(MalformedProtobuf);

    const groups = readerOn(...new Array(DEPTH_MAX + 2).fill(0x0b));
    groups.next();
    expect(() => groups.skip()).toThrow('nested too deep');

    expect(() => new ProtobufReader(new Uint8Array(), 0, 0, DEPTH_MAX + 1)).toThrow(
      'nested too deep',
    );
  });
});
