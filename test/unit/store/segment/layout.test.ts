/**
 * A segment is read here by the tables of the decision record alone: what they say of an offset is what lies there. Whoever
 * changes the format changes the record, and its version.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, zstdDecompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { BITS } from '../../../../src/otlp/span-columns.ts';
import { ColumnBlockWriter } from '../../../../src/store/columns/column-block-writer.ts';
import { SegmentWriter } from '../../../../src/store/segment/segment-writer.ts';
import { MinuteStatistics } from '../../../../src/store/statistics/minute-statistics.ts';
import { encodeMinute } from '../../../../src/store/statistics/statistics-codec.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

const RECORD = readFileSync(
  join(import.meta.dirname, '../../../../docs/decisions/0010-segments.md'),
  'utf8',
);

/** A table's numbers: what the last column says up to a comma, with its offset, from the end where it says so. */
function fieldsOf(section: string): { name: string; type: string; at: number }[] {
  const text = RECORD.split(`## ${section}`)[1]!.split('\n## ')[0]!;
  const rows = [...text.matchAll(/^\| (end − )?(\d+) \| (u8|u16|u32|f64) \| ([^|]+) \|$/gm)];
  return rows.map(([, fromEnd, offset, type, name]) => ({
    name: name!.split(',')[0]!.trim(),
    type: type!,
    at: fromEnd === undefined ? Number(offset) : -Number(offset),
  }));
}

function valuesOf(section: string, bytes: Buffer): [string, number][] {
  return fieldsOf(section).map(({ name, type, at }) => {
    const offset = at < 0 ? bytes.length + at : at;
    if (type === 'u8') return [name, bytes.readUInt8(offset)];
    if (type === 'u16') return [name, bytes.readUInt16LE(offset)];
    return [name, type === 'u32' ? bytes.readUInt32LE(offset) : bytes.readDoubleLE(offset)];
  });
}

const magic = (text: string) => Buffer.from(text).readUInt32LE();

let file: Buffer;
let blocks: Buffer[];
const sections = new Map<number, { bytes: Buffer; crc: number }>();

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'synton-segment-'));
  const segment = new SegmentWriter(join(folder, 'columns'));
  const columns = new ColumnBlockWriter();
  blocks = [];
  for (const name of ['GET /', 'SELECT']) {
    const request = buildRequest({
      service: 'shop',
      spans: [{ name, attributes: { a: name } }, {}],
    });
    const bits = BITS.kept | (name === 'SELECT' ? BITS.promoted : 0);
    columns.add(scannedBatch(request, { arrivalFirst: 100 * (blocks.length + 1), bits }));
    const encoded = columns.finish();
    blocks.push(encoded.bytes);
    segment.add(encoded);
  }
  segment.finish(
    [
      { spans: 3, lost: 0 },
      { spans: 1, lost: 9 },
    ],
    [{ unit: 60, minute: 600, encoded: encodeMinute(new MinuteStatistics(600)) }],
  );
  file = readFileSync(join(folder, 'columns'));
  rmSync(folder, { recursive: true });
  const from = file.readDoubleLE(file.length - 24);
  for (let at = from; at < file.length - 24; at += 24) {
    const offset = file.readDoubleLE(at + 8);
    const bytes = file.subarray(offset, offset + file.readUInt32LE(at + 4));
    sections.set(file.readUInt32LE(at), { bytes, crc: file.readUInt32LE(at + 16) });
  }
});

describe('a segment', () => {
  it('has its fields where the record says', () => {
    const list = file.readDoubleLE(file.length - 24);
    expect(valuesOf('File', file)).toEqual([
      ['magic `SYNS`', magic('SYNS')],
      ['version', 1],
      ['zero', 0],
      ['offset of the list', list],
      ['sections', 10],
      ['CRC-32 of the list', crc32(file.subarray(list, file.length - 24))],
      ['version', 1],
      ['magic `SYNE`', magic('SYNE')],
    ]);
    expect(file.subarray(8, 8 + blocks[0]!.length).equals(blocks[0]!)).toBe(true);
  });

  it('has the sections that the record lists, checked as it says', () => {
    const listed = [...RECORD.matchAll(/^\| (\d+)(?:, (\d+))? \| .* \|$/gm)]
      .flatMap(([, first, second]) => [first, second])
      .filter((number) => number !== undefined)
      .map(Number);
    expect([...sections.keys()]).toEqual(
      expect.arrayContaining(listed.filter((n) => n > 0 && n <= 10)),
    );
    for (const [type, { bytes, crc }] of sections)
      expect(crc).toBe([4, 6, 10].includes(type) ? 0 : crc32(bytes));
  });

  it('has a directory of columns and of names', () => {
    const numbers = zstdDecompressSync(sections.get(1)!.bytes);
    const [n, m, k] = [0, 4, 8].map((at) => numbers.readUInt32LE(at)) as [number, number, number];
    expect(n).toBe(2);
    expect(numbers).toHaveLength(
      16 + n * 8 * 5 + m * 16 + n * 12 + (n + 1) * 4 + m * 8 + n * k * 2,
    );
    const double = (at: number) => numbers.readDoubleLE(16 + at * 8);
    expect([double(0), double(1)]).toEqual([8, 8 + blocks[0]!.length]);
    expect([double(2), double(3), double(4), double(5)]).toEqual([100, 200, 101, 201]);
    const lengths = 16 + n * 40 + m * 16;
    expect(numbers.readUInt32LE(lengths)).toBe(blocks[0]!.length);
    expect(numbers.readUInt32LE(lengths + n * 4)).toBe(2);
    const names = JSON.parse(zstdDecompressSync(sections.get(2)!.bytes).toString());
    expect(names.services).toEqual(['shop']);
    expect(names.operations.map(([, , , name]: unknown[]) => name)).toContain('SELECT');
    expect(names.keys).toContain('a');
  });

  it('has postings as the record says', () => {
    for (const type of [3, 5]) {
      const table = zstdDecompressSync(sections.get(type)!.bytes);
      const fields = new Map(valuesOf('Postings', table));
      expect([...fields.keys()]).toEqual([
        ...['pairs', 'hash bits', 'bucket bits', 'Rice bits', 'block bits', 'c'],
      ]);
      const common = fields.get('c')!;
      const buckets = 2 ** fields.get('bucket bits')!;
      expect(table).toHaveLength(12 + 4 * common + 4 * (buckets + 1));
      const ends = Array.from({ length: buckets + 1 }, (_, i) =>
        table.readUInt32LE(12 + 4 * (common + i)),
      );
      const { bytes } = sections.get(type + 1)!;
      expect(ends.at(-1)).toBe(bytes.length);
      let pairs = 0;
      for (let i = 0; i < buckets; i++) {
        const bucket = bytes.subarray(ends[i], ends[i + 1]);
        if (bucket.length === 0) continue;
        expect(bucket.readUInt32LE(0)).toBe(crc32(bucket.subarray(4)));
        pairs += bucket.readUInt32LE(4);
      }
      expect(pairs).toBe(fields.get('pairs'));
    }
  });

  it('has the cuts, promoted traces and statistics as the record says', () => {
    const written = zstdDecompressSync(sections.get(7)!.bytes);
    expect([0, 4, 8, 12].map((at) => written.readUInt32LE(at))).toEqual([3, 0, 1, 9]);
    expect(sections.get(8)!.bytes).toHaveLength(16);
    const [unit, minute, length, offset] = [0, 4, 8, 12].map((at) =>
      sections.get(9)!.bytes.readUInt32LE(at),
    );
    expect([unit, minute]).toEqual([60, 600]);
    const piece = sections.get(10)!.bytes.subarray(offset, offset! + length!);
    const encoded = Buffer.from(encodeMinute(new MinuteStatistics(600)));
    expect(zstdDecompressSync(piece).equals(encoded)).toBe(true);
  });
});
