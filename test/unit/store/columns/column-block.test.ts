/** A block of columns in use: what is read, what is kept raw, what bounds there are, and how damage shows. */
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { SpanBatch } from '../../../../src/otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../../../src/otlp/span-columns.ts';
import { type ByteSource, memorySource } from '../../../../src/store/columns/byte-source.ts';
import {
  CHUNK,
  CHUNK_ENTRY_BYTES,
  HEADER_BYTES,
} from '../../../../src/store/columns/chunk-format.ts';
import { ColumnBlock } from '../../../../src/store/columns/column-block.ts';
import {
  BLOCK_BYTES_MAX,
  ColumnBlockWriter,
} from '../../../../src/store/columns/column-block-writer.ts';
import { DamagedBlock } from '../../../../src/store/columns/damaged-block.ts';
import { framedSpans } from '../../../support/framed-spans.ts';
import { buildRequest, type SpanSpec } from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/** A hundred traces of three spans, such as a shop sends. */
function shopSpans(): SpanSpec[] {
  return Array.from({ length: 300 }, (_, i) => ({
    traceId: hex(0xabc00000 + Math.floor(i / 3), 32),
    spanId: hex(0x1000 + i * 7919, 16),
    ...(i % 3 === 0 ? {} : { parent: i - 1 }),
    name: ['GET /cart/{id}', 'load', 'SELECT carts'][i % 3]!,
    kind: (['server', 'internal', 'client'] as const)[i % 3]!,
    atMs: i,
    durationMs: 5 + (i % 11),
    attributes: {
      'url.path': `/cart/${hex((i * 2654435761) >>> 0, 8)}`,
      'client.address': `10.0.${i % 250}.${(i * 7) % 250}`,
      'http.response.status_code': i % 9 === 0 ? 500 : 200,
      'app.ratio': i / 1000,
      'app.pooled': i % 2 === 0,
      'app.total': BigInt(i) * 10n ** 15n,
      'app.items': ['a', 'b'],
    },
    events:
      i % 10 === 0 ? [{ name: 'exception', atMs: 3, attributes: { 'exception.type': 'E' } }] : [],
    links: i % 20 === 0 ? [{ traceId: hex(i + 1, 32), spanId: hex(i + 1, 16) }] : [],
    status: i % 9 === 0 ? ('error' as const) : ('unset' as const),
  }));
}

function shopBatch(): SpanBatch {
  return scannedBatch(buildRequest({ service: 'shop', spans: shopSpans() }), { arrivalFirst: 7 });
}

function encode(...batches: SpanBatch[]) {
  const writer = new ColumnBlockWriter();
  for (const batch of batches) writer.add(batch);
  return writer.finish();
}

const open = (bytes: Uint8Array) => ColumnBlock.open(memorySource(bytes));

test('a trace is found and comes back to the byte; its frames are one array', () => {
  const batch = shopBatch();
  const block = open(encode(batch).bytes);
  const rows = block.rowsOfTrace(batch.rows, 30 * STRIDE + COLUMN.traceId);
  expect(rows).toEqual([30, 31, 32]);
  const records = block.records([32, 30]);
  const spans = framedSpans(batch);
  expect(records.map(({ span }) => span)).toEqual([spans[32]!.span, spans[30]!.span]);
  expect(records[0]!.resource).toBe(records[1]!.resource);
  expect(records.map(({ arrival }) => arrival)).toEqual([39, 37]);
});

test('values that follow one another cost little: far less than the bytes compressed as they are', () => {
  const { bytes, spanCount } = encode(shopBatch());
  // Ids are 8 bytes of it; 20 more is what a block of so few spans spends.
  expect(bytes.length / spanCount).toBeLessThan(28);
});

test('the directory learns services, operations, keys and values', () => {
  const { services, operations, keys, errorCount, durationMin, durationMax } = encode(shopBatch());
  expect(services).toEqual(['shop']);
  expect(operations.map(({ name, count, errors }) => [name, count, errors])).toEqual([
    ['GET /cart/{id}', 100, 34],
    ['load', 100, 0],
    ['SELECT carts', 100, 0],
  ]);
  expect(errorCount).toBe(34);
  expect([durationMin, durationMax]).toEqual([5_000_000n, 15_000_000n]);
  const filterable = new Map(keys.map((key) => [key.key, key.filterable]));
  expect(filterable.get('url.path')).toBe(true);
  expect(filterable.get('service.name')).toBe(true);
  expect(filterable.get('app.ratio')).toBe(false);
  expect(filterable.has('exception.type')).toBe(false);
});

test('rows by an attribute: strings, numbers, truth, and what is on the resource', () => {
  const block = open(encode(shopBatch()).bytes);
  const found = (key: string, text: string) =>
    [...block.rowsWithAttribute(key, text)].flatMap((hit, row) => (hit ? [row] : []));
  expect(found('client.address', '10.0.3.21')).toEqual([3, 253]);
  expect(found('http.response.status_code', '500').slice(0, 3)).toEqual([0, 9, 18]);
  expect(found('app.total', '299000000000000000')).toEqual([299]);
  expect(found('app.ratio', '0.017')).toEqual([17]);
  expect(found('app.pooled', 'true')).toHaveLength(150);
  expect(found('service.name', 'shop')).toHaveLength(300);
  expect(found('service.name', 'other')).toEqual([]);
  expect(found('no.such.key', 'x')).toEqual([]);
});

test('only what is asked for is read', () => {
  const { bytes } = encode(shopBatch());
  const read: [number, number][] = [];
  const source: ByteSource = {
    length: bytes.length,
    read(offset, length) {
      read.push([offset, length]);
      return bytes.subarray(offset, offset + length);
    },
  };
  const block = ColumnBlock.open(source);
  expect(read).toHaveLength(2);
  expect(block.rowsOfTrace(Uint32Array.of(9, 9, 9, 9), 0)).toEqual([]);
  expect(read).toHaveLength(3);
  const ids = chunkAt(bytes, CHUNK.traceIds);
  expect(read[2]).toEqual([ids.offset, ids.stored]);
});

describe('what is no usual form is kept as it came', () => {
  test.each<[string, SpanSpec]>([
    ['an unknown field', { raw: Uint8Array.of(0xf8, 0x06, 1) }],
    ['a field that comes twice', { raw: Uint8Array.of(0x30, 2) }],
    ['a group', { raw: Uint8Array.of(0xfb, 0x06, 0xfc, 0x06) }],
    ['a number longer than it need be', { raw: Uint8Array.of(0x50, 0x81, 0x00) }],
    ['a kind above 127', { kind: 300 }],
    ['16,384 attributes', { attributes: manyAttributes(16_384) }],
    ['3 MiB', { attributes: { blob: 'x'.repeat(3 * 1024 * 1024 - 200) } }],
    ['more pieces than a shape may have', { attributes: manyAttributes(1_100) }],
  ])('%s', (_, spec) => {
    const batch = scannedBatch(
      buildRequest({ spans: [{ name: 'before' }, { name: 'odd', ...spec }, { name: 'after' }] }),
    );
    expect(batch.count).toBe(3);
    const block = open(encode(batch).bytes);
    expect(framedSpans(block.batch())).toEqual(framedSpans(batch));
    const { outline } = block;
    expect([...outline.name].map((name) => outline.names[name])).toEqual([
      'before',
      'odd',
      'after',
    ]);
  });
});

function manyAttributes(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
}

test('more shapes than a block may have', () => {
  const spans = Array.from({ length: 1_500 }, (_, i) => ({ attributes: { [`key.${i}`]: 'v' } }));
  const batch = scannedBatch(buildRequest({ spans }));
  const block = open(encode(batch).bytes);
  expect(framedSpans(block.batch())).toEqual(framedSpans(batch));
  expect(block.rowsWithAttribute('key.3', 'v')[3]).toBe(1);
  expect(block.rowsWithAttribute('key.1499', 'v')[1_499]).toBe(1);
});

test('times far from all others, not ended, and before their start', () => {
  const spans = [
    { startUnixNano: 0n, endUnixNano: 0n },
    { startUnixNano: 5n, endUnixNano: 2n ** 64n - 1n },
    { startUnixNano: 1_767_323_045_000_000_001n, endUnixNano: 0n },
    { startUnixNano: 1_767_323_045_000_000_000n, endUnixNano: 1_767_323_044_999_999_999n },
    { startUnixNano: 2n ** 64n - 1n, endUnixNano: 1n },
  ];
  const batch = scannedBatch(buildRequest({ spans }));
  const encoded = encode(batch);
  const block = open(encoded.bytes);
  expect(framedSpans(block.batch())).toEqual(framedSpans(batch));
  expect(block.outline.times).toEqual(
    Uint32Array.from(
      spans.flatMap((_, row) => [...batch.rows.slice(row * STRIDE + COLUMN.start).slice(0, 4)]),
    ),
  );
  expect([encoded.startMin, encoded.startMax]).toEqual([0n, 2n ** 64n - 1n]);
  expect([encoded.durationMin, encoded.durationMax]).toEqual([0n, 2n ** 64n - 6n]);
});

test('doubles keep every bit', () => {
  const words = [0x7ff80000_00000001n, 0x80000000_00000000n, 1n, 0x7ff00000_00000000n, 0n];
  const spans = words.map((bits) => {
    const value = Buffer.alloc(8);
    value.writeBigUInt64LE(bits);
    const any = Buffer.concat([Buffer.of(0x21), value]);
    const pair = Buffer.concat([Buffer.of(0x0a, 1, 0x64, 0x12, any.length), any]);
    return { raw: Buffer.concat([Buffer.of(0x4a, pair.length), pair]) };
  });
  const batch = scannedBatch(buildRequest({ spans }));
  const block = open(encode(batch).bytes);
  expect(framedSpans(block.batch())).toEqual(framedSpans(batch));
  expect([...block.rowsWithAttribute('d', '0')]).toEqual([0, 1, 0, 0, 1]);
  expect([...block.rowsWithAttribute('d', 'NaN')]).toEqual([1, 0, 0, 0, 0]);
});

test('a block has rows, and no more than it may', () => {
  const writer = new ColumnBlockWriter();
  expect(() => writer.finish()).toThrow(RangeError);
  const batch = shopBatch();
  const large = new Proxy(batch, {
    get: (target, key) =>
      key === 'bytes' ? { length: BLOCK_BYTES_MAX + 1 } : Reflect.get(target, key),
  });
  expect(() => writer.add(large)).toThrow(RangeError);
  expect(writer.spanCount).toBe(0);
  for (let i = 0; i < 218; i++) writer.add(batch);
  expect(() => writer.add(batch)).toThrow(RangeError);
  expect(writer.spanCount).toBe(65_400);
  const block = open(writer.finish().bytes);
  expect(writer.spanCount).toBe(0);
  expect(block.records([65_399])[0]!.span).toEqual(framedSpans(batch)[299]!.span);
});

test('rows that are not kept are left out; the promoted are told once a trace', () => {
  const batch = scannedBatch(buildRequest({ spans: shopSpans() }), { bits: 0 });
  for (const row of [3, 4, 9]) {
    const at = row * STRIDE + COLUMN.bits;
    batch.rows[at] = batch.rows[at]! | BITS.kept | BITS.promoted;
  }
  const { bytes, promoted, traceHashes } = encode(batch);
  const spans = framedSpans(batch);
  expect(framedSpans(open(bytes).batch())).toEqual([3, 4, 9].map((row) => spans[row]));
  const ids = [3, 9].flatMap((row) => [...batch.rows.slice(row * STRIDE, row * STRIDE + 4)]);
  expect([...promoted]).toEqual(ids);
  expect(traceHashes).toHaveLength(2);
});

describe('damage', () => {
  const { bytes } = encode(shopBatch());
  const chunks = Array.from(
    { length: bytes[5]! },
    (_, i) => bytes[HEADER_BYTES + i * CHUNK_ENTRY_BYTES]!,
  );

  test.each(chunks)('in chunk %i is found when it is read, and not before', (number) => {
    const { offset, stored } = chunkAt(bytes, number);
    const damaged = Buffer.from(bytes);
    damaged[offset + (stored >> 1)]! ^= 4;
    if (number === CHUNK.meta) expect(() => open(damaged)).toThrow(DamagedBlock);
    else {
      const block = open(damaged);
      expect(() => block.verify()).toThrow(DamagedBlock);
      expect(() => [block.batch(), block.outline]).toThrow(DamagedBlock);
    }
  });

  test('in the header', () => {
    for (let at = 0; at < HEADER_BYTES + chunks.length * CHUNK_ENTRY_BYTES + 4; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1;
      expect(() => open(damaged), `byte ${at}`).toThrow(DamagedBlock);
    }
  });

  test('a source that ends too early, or goes on too long', () => {
    for (const length of [0, 3, 15, 40, bytes.length - 1])
      expect(() => open(bytes.subarray(0, length))).toThrow(DamagedBlock);
    expect(() => open(Buffer.concat([bytes, Buffer.of(0)]))).toThrow(DamagedBlock);
  });

  test('a source that gives less than it says', () => {
    const source = {
      length: bytes.length,
      read: (offset: number, length: number) =>
        bytes.subarray(offset, offset + Math.min(length, 200)),
    };
    expect(() => ColumnBlock.open(source).batch()).toThrow(DamagedBlock);
  });

  test('a header whose checksum is right but which says what cannot be', () => {
    for (const [at, value] of [
      [4, 2],
      [5, 0],
      [8, 1],
      [8, 0],
      [10, 255],
      [HEADER_BYTES, 99],
      [HEADER_BYTES + 1, 7],
      [HEADER_BYTES + 11, 0x7f],
    ] as const) {
      const damaged = Buffer.from(bytes);
      damaged[at] = value;
      const end = HEADER_BYTES + damaged[5]! * CHUNK_ENTRY_BYTES;
      damaged.writeUInt32LE(crc32(damaged.subarray(0, end)), end);
      expect(() => open(damaged).batch(), `byte ${at}`).toThrow(DamagedBlock);
    }
  });

  test('a stored chunk whose checksum is right is contradicted or harmless, and ends', () => {
    const number = CHUNK.rowsDense;
    const plain = chunks.includes(number) ? number : CHUNK.ids;
    const { entry, offset, stored } = chunkAt(bytes, plain);
    const damaged = Buffer.from(bytes);
    damaged.fill(0xff, offset, offset + stored);
    damaged.writeUInt32LE(crc32(damaged.subarray(offset, offset + stored)), entry + 12);
    const end = HEADER_BYTES + chunks.length * CHUNK_ENTRY_BYTES;
    damaged.writeUInt32LE(crc32(damaged.subarray(0, end)), end);
    expect(open(damaged).batch().count).toBe(300);
  });
});

/** Where a chunk lies, from the table in the header. */
function chunkAt(bytes: Buffer, number: number): { entry: number; offset: number; stored: number } {
  let offset = HEADER_BYTES + bytes[5]! * CHUNK_ENTRY_BYTES + 4;
  for (let i = 0; i < bytes[5]!; i++) {
    const entry = HEADER_BYTES + i * CHUNK_ENTRY_BYTES;
    const stored = bytes.readUInt32LE(entry + 4);
    if (bytes[entry] === number) return { entry, offset, stored };
    offset += stored;
  }
  throw new Error(`no chunk ${number}`);
}
