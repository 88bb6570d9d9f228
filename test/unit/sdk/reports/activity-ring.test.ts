/** What one thread writes into the ring another reads, whole and in order, or is told how much it missed. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ActivityReader,
  ActivityRing,
  RECORD,
  TAG_STEP,
} from '../../../../src/sdk/reports/activity-ring.ts';
import {
  newIdSeeds,
  numberedSpanId,
  numberedTraceId,
} from '../../../../src/sdk/reports/numbered-ids.ts';

const RECORDS = 65_536;

function drained(reader: ActivityReader): { lost: number; calls: number[] } {
  const calls: number[] = [];
  const lost = reader.drain((_, call) => calls.push(call));
  return { lost, calls };
}

test('records come in order, however many at a time', () => {
  const writes = fc.array(fc.integer({ min: 0, max: 9_000 }), { maxLength: 30 });
  fc.assert(
    fc.property(writes, (batches) => {
      const ring = new ActivityRing();
      const reader = new ActivityReader(ring.memory);
      let next = 1;
      for (const count of batches) {
        const first = next;
        for (let i = 0; i < count; i++) ring.enter(7, next++, 0, 1.5);
        const { lost, calls } = drained(reader);
        expect(lost).toBe(0);
        expect(calls).toEqual(Array.from({ length: count }, (_, i) => first + i));
      }
    }),
    { numRuns: 15 },
  );
});

test('a reader that was too slow is told what it missed, and goes on with the rest', () => {
  const ring = new ActivityRing();
  const reader = new ActivityReader(ring.memory);
  const written = RECORDS * 2 + 10;
  for (let call = 1; call <= written; call++) ring.exit(call, 0, 2);
  const { lost, calls } = drained(reader);
  expect(lost).toBeGreaterThan(RECORDS);
  expect(lost + calls.length).toBe(written);
  expect(calls.at(-1)).toBe(written);
  expect(calls[0]).toBe(lost + 1);
  ring.exit(written + 1, 0, 2);
  expect(drained(reader)).toEqual({ lost: 0, calls: [written + 1] });
});

test('a record says all that it was given', () => {
  const ring = new ActivityRing();
  const records: number[][] = [];
  ring.enter(262_143, 2 ** 40, -5, 1234.5678);
  ring.context(9, '0123456789abcdef0123456789abcdef', 'fedcba9876543210', 1);
  new ActivityReader(ring.memory).drain((...record) => records.push(record));
  expect(records).toEqual([
    [RECORD.enter + 262_143 * TAG_STEP, 2 ** 40, -5, 1234.5678],
    [RECORD.context + 9 * TAG_STEP, 0x0123456789ab, 0xcdef01234567, 0x89abcdef],
    [RECORD.contextRest + 9 * TAG_STEP, 0xfedcba98, 0x76543210, 1],
  ]);
});

test('ids are those of their number, and of no other', () => {
  const seeds = newIdSeeds();
  const numbers = Array.from({ length: 50_000 }, (_, i) => (i < 25_000 ? i : 2 ** 33 + i));
  const spanIds = numbers.map((number) => numberedSpanId(seeds, number));
  const traceIds = numbers.map((number) => numberedTraceId(seeds, number));
  expect(new Set(spanIds).size).toBe(numbers.length);
  expect(new Set(traceIds).size).toBe(numbers.length);
  expect(spanIds.every((id) => /^[0-9a-f]{16}$/.test(id))).toBe(true);
  expect(traceIds.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
  expect(numberedSpanId(Uint32Array.from(seeds), 77)).toBe(spanIds[77]);
});
