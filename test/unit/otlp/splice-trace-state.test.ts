import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OtTraceState } from '../../../src/otlp/ot-trace-state.ts';
import { readSpan } from '../../../src/otlp/read-span.ts';
import { spanBytes } from '../../../src/otlp/span-batch.ts';
import {
  spliceTraceState,
  thresholdDigits,
  withThreshold,
} from '../../../src/otlp/splice-trace-state.ts';
import { ProtobufWriter } from '../../../src/otlp/wire/protobuf-writer.ts';
import { buildRequest, realisticSpec, type SpanSpec } from '../../support/otlp-request.ts';
import { scannedBatch } from '../../support/scanned-batch.ts';

const HALF = 1n << 55n;

function spanOf(spec: SpanSpec): Uint8Array {
  return spanBytes(scannedBatch(buildRequest({ spans: [spec] })), 0);
}

describe('withThreshold', () => {
  it.each([
    ['', 'ot=th:8'],
    ['ot=th:4', 'ot=th:8'],
    ['a=1,b=2', 'ot=th:8,a=1,b=2'],
    ['a=1, ot=rv:0123456789abcd;th:4;x:y ,b=2', 'ot=th:8;rv:0123456789abcd;x:y,a=1,b=2'],
    ['a=th:4', 'ot=th:8,a=th:4'],
  ])('%s → %s', (before, after) => {
    expect(withThreshold(before, HALF)).toBe(after);
  });

  it('keeps to 32 members', () => {
    const full = Array.from({ length: 32 }, (_, i) => `k${i}=v`);
    const members = withThreshold(full.join(','), HALF).split(',');
    expect(members).toEqual(['ot=th:8', ...full.slice(0, 31)]);
  });

  it('writes what is read back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 56n - 1n }), (threshold) => {
        const bytes = Buffer.from(withThreshold('a=1,ot=x:y', threshold));
        const state = new OtTraceState();
        state.read(bytes, 0, bytes.length);
        const read = (BigInt(state.thresholdHigh) << 32n) | BigInt(state.thresholdLow);
        expect([state.hasThreshold, read]).toEqual([true, threshold]);
        expect(thresholdDigits(threshold)).toMatch(/^(0|[0-9a-f]{0,13}[1-9a-f])$/);
      }),
    );
  });
});

describe('spliceTraceState', () => {
  it('changes nothing else', () => {
    for (const spec of realisticSpec({ spans: 40 }).scopes![0]!.spans!) {
      const before = spanOf({ ...spec, parent: 'ab'.repeat(8), traceState: 'a=1,ot=th:4' });
      const { traceState, ...after } = readSpan(spliceTraceState(before, HALF));
      const { traceState: _, ...expected } = readSpan(before);
      expect(after).toEqual(expected);
      expect(traceState).toBe('ot=th:8,a=1');
    }
  });

  it('adds the field where there is none, keeping every byte', () => {
    const before = spanOf({ name: 'bare' });
    const after = spliceTraceState(before, HALF);
    expect(Buffer.from(after.subarray(0, before.length))).toEqual(Buffer.from(before));
    expect(readSpan(after).traceState).toBe('ot=th:8');
  });

  it('replaces the last of several, leaves out the others, and keeps unknown fields', () => {
    const writer = new ProtobufWriter();
    writer.string(3, 'ot=th:1');
    writer.string(99, 'unknown');
    writer.string(3, 'v=1,ot=th:4');
    writer.string(5, 'name');
    const expected = new ProtobufWriter();
    expected.string(99, 'unknown');
    expected.string(3, 'ot=th:8,v=1');
    expected.string(5, 'name');
    expect(Buffer.from(spliceTraceState(writer.finish(), HALF))).toEqual(
      Buffer.from(expected.finish()),
    );
  });
});

describe('OtTraceState', () => {
  const adjusted = (text: string): number => {
    const padded = Buffer.from(`xx${text}yy`);
    const state = new OtTraceState();
    state.read(padded, 2, padded.length - 4);
    return state.adjustedCount();
  };

  it.each([
    ['ot=th:0', 1],
    ['ot=th:8', 2],
    ['ot=th:c', 4],
    ['a=b,ot=rv:ffffffffffffff;th:e', 8],
    ['ot=th:fd70a3d70a3d71', 100],
    ['a=b', 1],
    ['', 1],
    ['ot=th:8,ot=th:c', 2],
  ])('%s stands for %d', (text, count) => {
    expect(adjusted(text)).toBeCloseTo(count, 6);
  });

  it('never reads beyond its bytes', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        expect(adjusted(text)).toBeGreaterThanOrEqual(1);
      }),
    );
    // What stands behind must not become part of it.
    const bytes = Buffer.from('ot=th:c');
    const state = new OtTraceState();
    state.read(bytes, 0, 6);
    expect(state.hasThreshold).toBe(false);
  });
});
