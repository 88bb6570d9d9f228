/**
 * Blocks are read here by the tables of the decision record alone: what they say of an offset is what lies
 * there. Whoever changes a format changes the record, and its version.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, zstdDecompressSync } from 'node:zlib';
import { open } from 'lmdb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BITS } from '../../../../src/otlp/span-columns.ts';
import { describeBlock, keptTraces } from '../../../../src/store/lmdb/block.ts';
import { BodyEncoder } from '../../../../src/store/lmdb/body-format.ts';
import { encodeHead } from '../../../../src/store/lmdb/head-format.ts';
import { PartitionWriter } from '../../../../src/store/lmdb/partition-writer.ts';
import { blocksOfHash, encodeTraceIndex } from '../../../../src/store/lmdb/trace-index.ts';
import { MinuteStatistics } from '../../../../src/store/statistics/minute-statistics.ts';
import { encodeMinute } from '../../../../src/store/statistics/statistics-codec.ts';
import { buildRequest } from '../../../support/otlp-request.ts';
import { testHost } from '../../../support/receiver-host.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

const RECORD = readFileSync(
  join(import.meta.dirname, '../../../../docs/decisions/0002-lmdb-layout.md'),
  'utf8',
);

interface Field {
  readonly offset: number;
  readonly type: string;
}

/** A section's table, by the words of its last column up to a comma or colon. */
function fieldsOf(section: string): ReadonlyMap<string, Field> {
  const text = RECORD.split(`## ${section}`)[1]!.split('\n## ')[0]!;
  const rows = [...text.matchAll(/^\| (\d+) \| ([^|]+) \| ([^|]+) \|$/gm)];
  return new Map(
    rows.map(([, offset, type, field]) => [
      field!.split(/[,:]/)[0]!.trim(),
      { offset: Number(offset), type: type!.trim() },
    ]),
  );
}

function valueAt(bytes: Buffer, { offset, type }: Field): number | bigint {
  if (type === 'u8') return bytes.readUInt8(offset);
  if (type === 'u16') return bytes.readUInt16LE(offset);
  if (type === 'u32') return bytes.readUInt32LE(offset);
  if (type === 'u64') return bytes.readBigUInt64LE(offset);
  throw new Error(`${type} is no number`);
}

/** Field by field what the record says is there. Every field of the table is to be in `expected`. */
function expectFields(
  section: string,
  bytes: Buffer,
  expected: Readonly<Record<string, number | bigint>>,
): void {
  const numbers = [...fieldsOf(section)].filter(([, { type }]) => /^u\d+$/.test(type));
  expect(
    Object.fromEntries(numbers.map(([field, place]) => [field, valueAt(bytes, place)])),
  ).toEqual(expected);
}

const START = 1_767_323_045_000_000_000n;
const request = buildRequest({
  service: 'shop',
  spans: [
    { name: 'GET /', kind: 'server', startUnixNano: START, durationMs: 20 },
    {
      name: 'SELECT',
      kind: 'client',
      parent: 0,
      startUnixNano: START + 1_000_000n,
      durationMs: 5,
      status: 'error',
      attributes: { 'db.system.name': 'sqlite' },
    },
  ],
});
const batch = scannedBatch(request, { arrivalFirst: 7_000, threshold: 42n });
const content = {
  blockNumber: 3,
  writtenAtMs: 1_767_323_046_123,
  traces: keptTraces(batch)!.traces,
  spanCount: 2,
  arrivals: Float64Array.of(7_000, 7_001),
  flags: new Uint8Array(2),
  threshold: 42n,
};

describe('a body', () => {
  const body = new BodyEncoder('otlp').encode(content);

  test('has its fields where the record says', () => {
    expectFields('Body', body, {
      'magic `SYNB`': Buffer.from('SYNB').readUInt32LE(),
      version: 1,
      encoding: 1,
      flags: 1,
      compression: 1,
      'block number': 3,
      spans: 2,
      'arrival number of the first span': 7_000n,
      'written at': 1_767_323_046_123n,
      'threshold T of the raised spans': 42n,
      'bytes of arrivals and span flags together': 0,
      'bytes of the payload as it lies': body.length - 56,
      'bytes of the payload decompressed': content.traces.length,
      'CRC-32 of bytes 0 to 51': crc32(body.subarray(56), crc32(body.subarray(0, 52))),
    });
    expect(zstdDecompressSync(body.subarray(56)).equals(content.traces)).toBe(true);
  });

  test('has arrivals and span flags before its payload, where it needs them', () => {
    const scattered = new BodyEncoder('json').encode({
      ...content,
      arrivals: Float64Array.of(7_000, 9_000),
      flags: Uint8Array.of(0, 3),
    });
    expect([...scattered.subarray(5, 7)]).toEqual([2, 2]);
    expect(scattered.readUInt32LE(40)).toBe(2 * 8 + 2);
    expect([scattered.readDoubleLE(56), scattered.readDoubleLE(64)]).toEqual([7_000, 9_000]);
    expect([...scattered.subarray(72, 74)]).toEqual([0, 3]);
    const lines = zstdDecompressSync(scattered.subarray(74)).toString();
    expect(JSON.parse(lines).resourceSpans[0].resource.attributes[0].value).toEqual({
      stringValue: 'shop',
    });
  });
});

describe('a head', () => {
  const identity = { blockNumber: 3, spanCount: 2, bodyBytes: 999, writtenAtMs: 1_767_323_046_123 };
  const promoting = scannedBatch(request, {
    arrivalFirst: 7_000,
    bits: BITS.kept | BITS.promoted,
  });
  const head = describeBlock(promoting, identity);
  const bytes = encodeHead(head);

  test('has its fields where the record says', () => {
    expectFields('Head', bytes, {
      'magic `SYNH`': Buffer.from('SYNH').readUInt32LE(),
      version: 1,
      'number of sections': 5,
      'block number': 3,
      spans: 2,
      'bytes of the body': 999,
      'spans with an error status': 1,
      'lowest arrival number': 7_000n,
      'highest arrival number': 7_001n,
      'lowest start': head.startMin,
      'highest start': head.startMax,
      'shortest duration': head.durationMin,
      'longest duration': head.durationMax,
      'written at': 1_767_323_046_123n,
    });
    expect(START - head.startMin).toBeLessThanOrEqual(4_352n);
    expect(head.startMax - START - 1_000_000n).toBeLessThanOrEqual(4_352n);
    expect(bytes.subarray(80, 96).every((byte) => byte === 0)).toBe(true);
    expect(bytes.readUInt32LE(bytes.length - 4)).toBe(crc32(bytes.subarray(0, -4)));
  });

  test('has its sections behind a table', () => {
    const sections = new Map<number, Buffer>();
    for (let entry = 96; entry < 96 + 5 * 12; entry += 12) {
      const offset = bytes.readUInt32LE(entry + 4);
      const section = bytes.subarray(offset, offset + bytes.readUInt32LE(entry + 8));
      sections.set(bytes.readUInt32LE(entry), section);
    }
    expect([...sections.keys()]).toEqual([1, 2, 3, 4, 5]);
    expect(sections.get(1)!.readUInt32LE()).toBe(head.traceHashes[0]);
    expect(namesIn(sections.get(2)!)).toEqual([[0, 0, 'shop']]);
    // OTel's server and client; Synton's AsyncTask and DatabaseQuery.
    expect(namesIn(sections.get(3)!)).toEqual([
      [0, 2 | (1 << 4), 'GET /'],
      [0, 3 | (2 << 4), 'SELECT'],
    ]);
    expect(sections.get(4)!.readUInt32LE()).toBe(promoting.rows[0]);
    expect(sections.get(4)).toHaveLength(2 * 16);
    // Of each operation: errors, and how long its spans lasted.
    const extents = sections.get(5)!;
    expect(extents).toHaveLength(2 * 24);
    expect([extents.readUInt32LE(0), extents.readUInt32LE(24)]).toEqual(
      head.operations.map(({ errors }) => errors),
    );
    expect(extents.readDoubleLE(8)).toBe(head.operations[0]!.durationMin);
    expect(extents.readDoubleLE(24 + 16)).toBe(head.operations[1]!.durationMax);
  });
});

/** service u16 · kind u8 · length u16 · UTF-8 */
function namesIn(bytes: Buffer): [number, number, string][] {
  const names: [number, number, string][] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 5 + bytes.readUInt16LE(at + 3);
    names.push([bytes.readUInt16LE(at), bytes[at + 2]!, bytes.toString('utf8', at + 5, end)]);
    at = end;
  }
  return names;
}

test('a trace index is a count, hashes in order, and their blocks', () => {
  const head = (blockNumber: number, ...hashes: number[]) =>
    ({ blockNumber, traceHashes: Uint32Array.from(hashes) }) as never;
  const index = encodeTraceIndex([head(0, 5, 9), head(1, 5)]);
  const words = Array.from({ length: index.length / 4 }, (_, i) => index.readUInt32LE(i * 4));
  expect(words).toEqual([3, 5, 5, 9, 0, 1, 0]);
  expect(blocksOfHash(index, 5)).toEqual([0, 1]);
});

test('a minute is a version, a checksum and a message', () => {
  const bytes = Buffer.from(encodeMinute(new MinuteStatistics(29_455_384)));
  expect(bytes[0]).toBe(1);
  expect(bytes.readUInt32LE(1)).toBe(crc32(bytes.subarray(5)));
});

test('a data directory has the files, databases and keys of the record', async () => {
  const path = mkdtempSync(join(tmpdir(), 'synton-layout-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const settings = { path, encoding: 'otlp', maxAgeMs: 0, maxBytes: 2 ** 30 } as const;
  const writer = new PartitionWriter(settings, testHost());
  writer.commit(scannedBatch(request));
  await writer.close();

  expect(readdirSync(path).sort()).toEqual(['catalogue.json', 'partitions']);
  expect(readdirSync(join(path, 'partitions'))).toEqual(['00000001']);
  const [json, checksum] = readFileSync(join(path, 'catalogue.json'), 'utf8').split('\n');
  expect(checksum).toBe(String(crc32(json!)));
  const { version, boot, partitions } = JSON.parse(json!);
  expect({ version, partitions }).toMatchObject({
    version: 1,
    partitions: [{ number: 1, boot, checkedBoot: boot, state: 'closed', spans: 2, blocks: 1 }],
  });

  const partition = join(path, 'partitions/00000001');
  expect(readdirSync(partition).sort()).toEqual(['data.mdb', 'lock.mdb', 'traces']);
  const environment = open({
    path: partition,
    encoding: 'binary',
    readOnly: true,
    maxDbs: 8,
  });
  const numbered = { encoding: 'binary', keyEncoding: 'uint32' } as const;
  const [heads, bodies, statistics] = ['heads', 'bodies', 'statistics'].map((name) =>
    environment.openDB<Buffer, number>(name, numbered),
  );
  expect(heads!.get(1)!.toString('latin1', 0, 4)).toBe('SYNH');
  expect(bodies!.get(1)!.toString('latin1', 0, 4)).toBe('SYNB');
  expect(statistics!.get(Number(START / 60_000_000_000n))![0]).toBe(1);
  await environment.close();

  const index = readFileSync(join(partition, 'traces'));
  expect(index.readUInt32LE()).toBe(crc32(index.subarray(4)));
  expect(index.readUInt32LE(4)).toBe(1);
});
