import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpanScanner } from '../../../../src/otlp/scan-traces.ts';
import { BITS, COLUMN, STRIDE } from '../../../../src/otlp/span-columns.ts';
import { thresholdDigits } from '../../../../src/otlp/splice-trace-state.ts';
import {
  HeadSampler,
  type HeadSamplerSettings,
} from '../../../../src/processors/head-sampling/head-sampler.ts';
import {
  NEVER,
  thresholdOfRate,
} from '../../../../src/processors/head-sampling/sampling-threshold.ts';
import { buildRequest, type SpanSpec } from '../../../support/otlp-request.ts';
import { scannedBatch } from '../../../support/scanned-batch.ts';

/** A trace id whose randomness is R. */
function traceIdWith(randomness: bigint): string {
  return `11111111111111${'ff'}11${randomness.toString(16).padStart(14, '0')}`;
}

function sampled(settings: HeadSamplerSettings, spans: readonly SpanSpec[]): SpanScanner {
  const batch = scannedBatch(buildRequest({ spans }), { bits: 0 });
  new HeadSampler(settings).apply(batch);
  return batch;
}

function outcomes(batch: SpanScanner): string[] {
  return Array.from({ length: batch.count }, (_, row) => {
    const bits = batch.rows[row * STRIDE + COLUMN.bits]!;
    if ((bits & BITS.kept) === 0) return 'out';
    return (bits & BITS.raised) === 0 ? 'kept' : 'raised';
  });
}

describe('thresholdOfRate', () => {
  it.each([
    [1, '0'],
    [0.5, '8'],
    [0.25, 'c'],
    [0.125, 'e'],
    [2 ** -56, 'ffffffffffffff'],
    [1e-300, 'ffffffffffffff'],
  ])('%d is th:%s', (rate, digits) => {
    expect(thresholdDigits(thresholdOfRate(rate))).toBe(digits);
  });

  it('is (1 − rate) · 2^56, exactly where a double can say it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 53n }), (kept) => {
        expect(thresholdOfRate(Number(kept) / 2 ** 56)).toBe(NEVER - kept);
      }),
    );
    expect(thresholdDigits(thresholdOfRate(0.01)).slice(0, 6)).toBe('fd70a3');
    expect(thresholdOfRate(0)).toBe(NEVER);
  });

  it.each([-0.1, 1.1, Number.NaN])('refuses %d', (rate) => {
    expect(() => thresholdOfRate(rate)).toThrow(RangeError);
  });
});

describe('HeadSampler', () => {
  it('keeps everything at 1, as it came, and nothing at 0', () => {
    const spans = [{}, { traceState: 'ot=th:8;rv:f0000000000000' }];
    expect(outcomes(sampled({ rate: 1 }, spans))).toEqual(['kept', 'kept']);
    expect(outcomes(sampled({ rate: 0 }, spans))).toEqual(['out', 'out']);
  });

  it('keeps a span iff R ≥ max of both thresholds', () => {
    const bits56 = fc.bigInt({ min: 0n, max: NEVER - 1n });
    fc.assert(
      fc.property(
        bits56,
        fc.option(bits56),
        fc.option(bits56),
        fc.double({ min: 2 ** -20, max: 1, noNaN: true }),
        (fromId, incoming, randomValue, rate) => {
          const pairs = [
            ...(incoming === null ? [] : [`th:${thresholdDigits(incoming)}`]),
            ...(randomValue === null ? [] : [`rv:${randomValue.toString(16).padStart(14, '0')}`]),
          ];
          const traceState = pairs.length > 0 ? `a=b, ot=${pairs.join(';')} ,c=d` : 'a=b';
          const ours = thresholdOfRate(rate);
          const theirs = incoming ?? 0n;
          const randomness = randomValue ?? fromId;
          const isKept = randomness >= (ours > theirs ? ours : theirs);
          const expected = isKept ? (ours > theirs ? 'raised' : 'kept') : 'out';
          const batch = sampled({ rate }, [{ traceId: traceIdWith(fromId), traceState }]);
          expect(outcomes(batch)).toEqual([expected]);
          expect(batch.threshold).toBe(ours);
        },
      ),
    );
  });

  it.each([
    ['th of fifteen digits', 'ot=th:c00000000000000'],
    ['upper case', 'ot=th:C'],
    ['an empty th', 'ot=th:'],
    ['an rv that is too short', 'ot=rv:fff'],
    ['another vendor', 'tot=th:c'],
    ['a th in another value', 'a=th:c;ot'],
    ['nothing', 'ot='],
  ])('takes %s for absent', (_, traceState) => {
    const span = { traceId: traceIdWith(1n << 55n), traceState };
    expect(outcomes(sampled({ rate: 0.5 }, [span]))).toEqual(['raised']);
  });

  it('decides alike for all spans of a trace, and keeps about its share', () => {
    const spans = Array.from({ length: 4_000 }, (_, i) => {
      const number = BigInt(Math.floor(i / 2) + 1);
      return { traceId: traceIdWith((number * 0x9e3779b97f4a7cn) % NEVER) };
    });
    const decided = outcomes(sampled({ rate: 0.25 }, spans));
    for (let i = 0; i < decided.length; i += 2) expect(decided[i]).toBe(decided[i + 1]);
    const kept = decided.filter((outcome) => outcome !== 'out').length;
    expect(kept).toBeGreaterThan(900);
    expect(kept).toBeLessThan(1_100);
  });

  it('keeps at a lower rate only what it keeps at a higher one', () => {
    const spans = Array.from({ length: 500 }, (_, i) => ({
      traceId: traceIdWith((BigInt(i + 1) * 0x9e3779b97f4a7cn) % NEVER),
    }));
    const high = outcomes(sampled({ rate: 0.5 }, spans));
    const low = outcomes(sampled({ rate: 0.1 }, spans));
    for (const [i, outcome] of low.entries())
      if (outcome !== 'out') expect(high[i]).not.toBe('out');
  });

  it('obeys the sampled flag only when told to', () => {
    const spans = [{ flags: 0x100 }, { flags: 0x101 }, {}];
    expect(outcomes(sampled({ rate: 1 }, spans))).toEqual(['kept', 'kept', 'kept']);
    const inProcess = { rate: 1, obeysSampledFlag: true };
    expect(outcomes(sampled(inProcess, spans))).toEqual(['out', 'kept', 'out']);
  });
});
