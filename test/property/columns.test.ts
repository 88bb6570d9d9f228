/**
 * Whatever the scanner accepts comes out of a block of columns as it went in, to the byte and in its order: all
 * of it, and any part; and what the block says of itself misses none of it.
 */

import { crc32, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scalarText } from '../../src/model/attribute.ts';
import { readResourceFrame } from '../../src/otlp/read-frames.ts';
import { readSpan } from '../../src/otlp/read-span.ts';
import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import { bigColumn, type SpanBatch, wideColumn } from '../../src/otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../src/otlp/span-columns.ts';
import type { FramedSpan } from '../../src/otlp/write-traces.ts';
import { memorySource } from '../../src/store/columns/byte-source.ts';
import {
  CHUNK,
  CHUNK_ENTRY_BYTES,
  HEADER_BYTES,
  METHOD,
} from '../../src/store/columns/chunk-format.ts';
import { ColumnBlock } from '../../src/store/columns/column-block.ts';
import { ColumnBlockWriter } from '../../src/store/columns/column-block-writer.ts';
import { DamagedBlock } from '../../src/store/columns/damaged-block.ts';
import type { EncodedColumns } from '../../src/store/columns/encoded-columns.ts';
import { OP } from '../../src/store/columns/shape-ops.ts';
import { traceHash } from '../../src/store/columns/trace-hash.ts';
import { valueHash } from '../../src/store/columns/value-hash.ts';
import { SpanMatcher } from '../../src/store/reading/span-matcher.ts';
import { durationOf } from '../../src/store/statistics/statistics-table.ts';
import { framedSpans } from '../support/framed-spans.ts';
import { deepRequest, oddRequest, validRequest } from '../support/otlp-arbitrary.ts';
import { buildRequest } from '../support/otlp-request.ts';
import { runs } from '../support/property-runs.ts';

const BITS_OF_ROWS = BITS.promoted | BITS.raised | BITS.kept;

const requests = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: validRequest },
    { weight: 4, arbitrary: oddRequest },
    { weight: 1, arbitrary: deepRequest },
  ),
  { minLength: 1, maxLength: 5 },
);

interface Kept {
  readonly spans: FramedSpan[];
  readonly rows: { batch: SpanScanner; row: number; at: number }[];
  readonly encoded: EncodedColumns;
}

/** One writer for all runs, so that what a block leaves behind would be found by the next. */
const writer = new ColumnBlockWriter();

/** A batch a request; every `keepEvery`-th row is kept, with flags that differ. */
function written(list: readonly Uint8Array[], keepEvery: number): Kept | undefined {
  const spans: FramedSpan[] = [];
  const rows: Kept['rows'] = [];
  let arrival = 2 ** 33;
  let seen = 0;
  for (const request of list) {
    const batch = new SpanScanner();
    if (batch.scan(request).status !== 'ok') continue;
    batch.threshold = BigInt(rows.length) << 40n;
    const framed = framedSpans(batch);
    for (let row = 0; row < batch.count; row++) {
      const at = row * STRIDE;
      if (seen++ % keepEvery !== 0) continue;
      const flags = [0, BITS.promoted, BITS.raised, BITS.promoted | BITS.raised][(seen >> 1) % 4]!;
      batch.rows[at + COLUMN.bits] = batch.rows[at + COLUMN.bits]! | BITS.kept | flags;
      batch.rows[at + COLUMN.arrival] = arrival % 2 ** 32;
      batch.rows[at + COLUMN.arrival + 1] = Math.floor(arrival / 2 ** 32);
      arrival += seen % 5 === 0 ? 7 : 1;
      spans.push(framed[row]!);
      rows.push({ batch, row, at });
    }
    writer.add(batch);
  }
  return rows.length === 0 ? undefined : { spans, rows, encoded: writer.finish() };
}

const anyBlock = fc.tuple(requests, fc.integer({ min: 1, max: 3 }));

/** Which envelope each row stands in, counted from the first. */
function envelopesOf(rows: readonly { batch: SpanBatch; at: number }[]): number[] {
  let envelope = -1;
  return rows.map(({ batch, at }, i) => {
    const before = rows[i - 1];
    const scope = batch.rows[at + COLUMN.scope];
    if (before?.batch !== batch || before.batch.rows[before.at + COLUMN.scope] !== scope)
      envelope++;
    return envelope;
  });
}

test('a block is what was added', () => {
  fc.assert(
    fc.property(anyBlock, ([list, keepEvery]) => {
      const kept = written(list, keepEvery);
      if (!kept) return;
      const block = ColumnBlock.open(memorySource(kept.encoded.bytes));
      expect(block.spanCount).toBe(kept.rows.length);
      const batch = block.batch();
      expect(framedSpans(batch)).toEqual(kept.spans);
      const again = kept.rows.map((_, row) => ({ batch, row, at: row * STRIDE }));
      expect(envelopesOf(again)).toEqual(envelopesOf(kept.rows));
      for (const [i, { batch: from, row, at }] of kept.rows.entries()) {
        expect(wideColumn(batch.rows, i, COLUMN.arrival)).toBe(
          wideColumn(from.rows, row, COLUMN.arrival),
        );
        const bits = from.rows[at + COLUMN.bits]! & BITS_OF_ROWS;
        expect(batch.rows[i * STRIDE + COLUMN.bits]! & BITS_OF_ROWS).toBe(bits);
        expect(block.threshold(i)).toBe((bits & BITS.raised) !== 0 ? from.threshold : 0n);
      }
    }),
    { endOnFailure: true, numRuns: runs(400) },
  );
});

test('any rows of it are those spans', () => {
  fc.assert(
    fc.property(anyBlock, fc.array(fc.nat(), { maxLength: 6 }), ([list, keepEvery], picks) => {
      const kept = written(list, keepEvery);
      if (!kept) return;
      const block = ColumnBlock.open(memorySource(kept.encoded.bytes));
      const rows = picks.map((pick) => pick % kept.rows.length);
      const records = block.records(rows);
      expect(
        records.map(({ span, resource, scope }) => ({
          ...{ span, resource, scope },
        })),
      ).toEqual(rows.map((row) => kept.spans[row]));
      expect(records.map(({ arrival }) => arrival)).toEqual(
        rows.map((row) =>
          wideColumn(kept.rows[row]!.batch.rows, kept.rows[row]!.row, COLUMN.arrival),
        ),
      );
      for (const row of rows) {
        const { batch, at } = kept.rows[row]!;
        const same = kept.rows.flatMap((other, i) =>
          [0, 1, 2, 3].every((w) => other.batch.rows[other.at + w] === batch.rows[at + w])
            ? [i]
            : [],
        );
        expect(block.rowsOfTrace(batch.rows, at)).toEqual(same);
      }
      expect(block.rowsOfTrace(Uint32Array.of(1, 2, 3, 4), 0)).toEqual([]);
    }),
    { endOnFailure: true, numRuns: runs(300) },
  );
});

test('the outline says of each row what the scanner said', () => {
  fc.assert(
    fc.property(anyBlock, ([list, keepEvery]) => {
      const kept = written(list, keepEvery);
      if (!kept) return;
      const block = ColumnBlock.open(memorySource(kept.encoded.bytes));
      const { outline } = block;
      const { encoded } = kept;
      for (const [i, { batch, row, at }] of kept.rows.entries()) {
        const bits = batch.rows[at + COLUMN.bits]!;
        expect(outline.times.subarray(i * 4, i * 4 + 4)).toEqual(
          batch.rows.subarray(at + COLUMN.start, at + COLUMN.start + 4),
        );
        expect(outline.start[i]).toBe(wideColumn(batch.rows, row, COLUMN.start));
        expect(outline.duration[i]).toBe(durationOf(batch.rows, at));
        expect(outline.status[i]).toBe((bits & BITS.statusMask) >>> BITS.statusShift);
        expect(outline.otelKind[i]).toBe(bits & BITS.otelKindMask);
        expect(outline.kind[i]).toBe((bits & BITS.kindMask) >>> BITS.kindShift);
        expect(outline.arrival[i]).toBe(wideColumn(batch.rows, row, COLUMN.arrival));
        const trace = outline.trace[i]! * 4;
        expect(outline.traceIds.subarray(trace, trace + 4)).toEqual(
          batch.rows.subarray(at, at + 4),
        );
        const name = outline.names[outline.name[i]!];
        expect(name).toBe(readSpan(kept.spans[i]!.span).name);
        const service = outline.services[outline.service[i]!];
        const summary = encoded.operations.find(
          (operation) =>
            operation.name === name &&
            encoded.services[operation.service] === (service ?? 'unknown_service') &&
            operation.otelKind === outline.otelKind[i] &&
            operation.kind === outline.kind[i],
        );
        expect(summary?.durationMax).toBeGreaterThanOrEqual(outline.duration[i]!);
        expect(bigColumn(batch.rows, row, COLUMN.start)).toBeGreaterThanOrEqual(encoded.startMin);
        expect(bigColumn(batch.rows, row, COLUMN.start)).toBeLessThanOrEqual(encoded.startMax);
        expect(encoded.traceHashes).toContain(traceHash(batch.rows, at));
      }
      const total = encoded.operations.reduce((sum, { count }) => sum + count, 0);
      expect(total).toBe(kept.rows.length);
      const errors = outline.status.filter((status) => status === 2).length;
      expect(encoded.errorCount).toBe(errors);
      expect(encoded.operations.reduce((sum, operation) => sum + operation.errors, 0)).toBe(errors);
    }),
    { endOnFailure: true, numRuns: runs(200) },
  );
});

test('no attribute is missed', () => {
  fc.assert(
    fc.property(anyBlock, ([list, keepEvery]) => {
      const kept = written(list, keepEvery);
      if (!kept) return;
      const block = ColumnBlock.open(memorySource(kept.encoded.bytes));
      const batch = block.batch();
      const filterable = new Map(kept.encoded.keys.map((key) => [key.key, key.filterable]));
      for (const { span, resource } of kept.spans) {
        const attributes = [
          ...readSpan(span).attributes,
          ...readResourceFrame(resource).attributes,
        ];
        for (const { key, value } of attributes) {
          const text = scalarText(value);
          expect(filterable.has(key)).toBe(true);
          if (text === undefined) continue;
          if (value.type === 'double') expect(filterable.get(key)).toBe(false);
          else expect(kept.encoded.valueHashes).toContain(valueHash(key, text));
          const rows = block.rowsWithAttribute(key, text);
          const matches = new SpanMatcher({ attributes: [{ key, value: text }] }).over(batch);
          for (let row = 0; row < batch.count; row++)
            if (matches(row)) expect(rows[row]).not.toBe(0);
        }
      }
    }),
    { endOnFailure: true, numRuns: runs(150) },
  );
});

test('any flipped bit and any missing end is found', () => {
  fc.assert(
    fc.property(anyBlock, fc.nat(), fc.nat(), ([list, keepEvery], flip, cut) => {
      const kept = written(list, keepEvery);
      if (!kept) return;
      const { bytes } = kept.encoded;
      const flipped = Buffer.from(bytes);
      const at = flip % (bytes.length * 8);
      flipped[at >> 3] = flipped[at >> 3]! ^ (1 << (at & 7));
      const shortened = bytes.subarray(0, cut % bytes.length);
      const open = (damaged: Uint8Array) => ColumnBlock.open(memorySource(damaged));
      expect(() => open(shortened)).toThrow(DamagedBlock);
      expect(() => open(flipped).verify()).toThrow(DamagedBlock);
      // What a reader does not need it does not read; what it answers is right.
      expect(answer(() => framedSpans(open(flipped).batch())) ?? kept.spans).toEqual(kept.spans);
    }),
    { endOnFailure: true, numRuns: runs(300) },
  );
});

test('what is wrong behind right checksums is refused or harmless, and nothing else', () => {
  const change = fc.record({ chunk: fc.nat(12), at: fc.nat(), value: fc.nat(255) });
  const changes = fc.array(change, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(anyBlock, changes, ([list, keepEvery], edits) => {
      const kept = written(list, keepEvery);
      if (!kept) return;
      const { bytes } = kept.encoded;
      const changed = withChanges(bytes, edits);
      for (const ask of [
        (block: ColumnBlock) => block.batch(),
        (block: ColumnBlock) => block.records([0]),
        ({ outline }: ColumnBlock) => [outline.names, outline.duration, outline.service],
        (block: ColumnBlock) => block.rowsWithAttribute('http.route', 'x'),
        (block: ColumnBlock) => block.rowsOfTrace(kept.rows[0]!.batch.rows, kept.rows[0]!.at),
        (block: ColumnBlock) => [block.spanFlags(0), block.threshold(0)],
      ])
        answer(() => ask(ColumnBlock.open(memorySource(changed))));
    }),
    { endOnFailure: true, numRuns: runs(400) },
  );
});

test('a block whose spans that are kept raw have no place is none', () => {
  const kept = written([buildRequest({ spans: [{ name: 'GET /' }] })], 1)!;
  // The first op after their number, which is small: that of raw spans.
  const edit = { chunk: CHUNK.meta, at: 1, value: OP.name };
  const open = (edits: Parameters<typeof withChanges>[1]) =>
    ColumnBlock.open(memorySource(withChanges(kept.encoded.bytes, edits))).outline.names;
  expect(open([{ ...edit, value: OP.rawSpan }])).toContain('GET /');
  expect(() => open([edit])).toThrow(DamagedBlock);
});

/** The block with bytes of its chunks set, before compression; its checksums are right. */
function withChanges(
  block: Buffer,
  edits: readonly { chunk: number; at: number; value: number }[],
): Buffer {
  const count = block[5]!;
  const end = HEADER_BYTES + count * CHUNK_ENTRY_BYTES;
  const header = Buffer.from(block.subarray(0, end + 4));
  const pieces: Buffer[] = [];
  let offset = end + 4;
  for (let entry = HEADER_BYTES; entry < end; entry += CHUNK_ENTRY_BYTES) {
    const stored = header.readUInt32LE(entry + 4);
    const packed = block.subarray(offset, offset + stored);
    const isPacked = header[entry + 1] === METHOD.zstd;
    const chunk = isPacked ? zstdDecompressSync(packed) : Buffer.from(packed);
    // Most of what can be contradicted is in the meta chunk.
    for (const { chunk: number, at, value } of edits)
      if (number === header[entry] || (number > 6 && header[entry] === CHUNK.meta))
        chunk[at % chunk.length] = value;
    header[entry + 1] = METHOD.stored;
    header.writeUInt32LE(chunk.length, entry + 4);
    header.writeUInt32LE(crc32(chunk), entry + 12);
    pieces.push(chunk);
    offset += stored;
  }
  header.writeUInt32LE(crc32(header.subarray(0, end)), end);
  return Buffer.concat([header, ...pieces]);
}

/** What a call answers; undefined where it finds damage, and nothing else is thrown. */
function answer<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof DamagedBlock) return undefined;
    throw error;
  }
}
