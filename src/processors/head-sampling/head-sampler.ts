/**
 * The decision that needs nothing but the span: consistent probability sampling by trace.
 *
 * Keeps a span iff R ≥ max(T it came with, T of our rate). R is `rv` of its tracestate, else the last
 * seven bytes of its trace id, so that every span of a trace and every collector on its way decide
 * alike and rates never multiply. Sets BITS.kept, BITS.raised where our T is the higher one, and the
 * batch's threshold; touches nothing else. No allocation and no bigint per span.
 */
import { OtTraceState } from '../../otlp/ot-trace-state.ts';
import type { SpanBatch } from '../../otlp/span-batch.ts';
import { BITS, COLUMN, STRIDE } from '../../otlp/span-columns.ts';
import { NEVER, thresholdOfRate } from './sampling-threshold.ts';

export interface HeadSamplerSettings {
  /** `sample_rate`, 0 … 1. */
  readonly rate: number;
  /**
   * Whether a span without W3C's sampled flag is never kept: so in process, where an SDK hands over
   * what it records without sampling. Over the wire the flag may be absent, and says nothing.
   * @default false
   */
  readonly obeysSampledFlag?: boolean;
}

/** A batch whose threshold may be set: the scanner's. */
export type UnsampledBatch = Omit<SpanBatch, 'threshold'> & { threshold: bigint };

const W3C_SAMPLED = 1;
const DECISION = BITS.kept | BITS.raised | BITS.promoted | BITS.memoryOnly;

export class HeadSampler {
  /** T of the rate. */
  readonly threshold: bigint;
  readonly #never: boolean;
  readonly #high: number;
  readonly #low: number;
  readonly #obeysSampledFlag: boolean;
  readonly #traceState = new OtTraceState();

  constructor(settings: HeadSamplerSettings) {
    this.threshold = thresholdOfRate(settings.rate);
    this.#never = this.threshold === NEVER;
    this.#high = Number(this.threshold >> 32n);
    this.#low = Number(this.threshold & 0xffffffffn);
    this.#obeysSampledFlag = settings.obeysSampledFlag ?? false;
  }

  /** Decides every row; returns how many are kept. */
  apply(batch: UnsampledBatch): number {
    const { rows, count } = batch;
    batch.threshold = this.threshold;
    let kept = 0;
    for (let at = COLUMN.bits, end = count * STRIDE; at < end; at += STRIDE) {
      const decision = this.#decide(batch, at - COLUMN.bits);
      rows[at] = (rows[at]! & ~DECISION) | decision;
      if ((decision & BITS.kept) !== 0) kept++;
    }
    return kept;
  }

  /** The bits of one row; BITS.kept is among them where it is kept. */
  #decide(batch: UnsampledBatch, at: number): number {
    const { rows } = batch;
    if (this.#never) return 0;
    if (this.#obeysSampledFlag && (rows[at + COLUMN.flags]! & W3C_SAMPLED) === 0)
      return BITS.memoryOnly;
    const high = this.#high;
    const low = this.#low;
    let randomHigh = rows[at + COLUMN.traceId + 2]! & 0xffffff;
    let randomLow = rows[at + COLUMN.traceId + 3]!;
    if (rows[at + COLUMN.traceStateLength] === 0) {
      if (!isAtLeast(randomHigh, randomLow, high, low)) return 0;
      return high === 0 && low === 0 ? BITS.kept : BITS.kept | BITS.raised;
    }
    const state = this.#traceState;
    state.read(
      batch.bytes,
      rows[at + COLUMN.traceStateOffset]!,
      rows[at + COLUMN.traceStateLength]!,
    );
    if (state.hasRandomness) {
      randomHigh = state.randomnessHigh;
      randomLow = state.randomnessLow;
    }
    if (!isAtLeast(randomHigh, randomLow, high, low)) return 0;
    if (!state.hasThreshold) return high === 0 && low === 0 ? BITS.kept : BITS.kept | BITS.raised;
    const { thresholdHigh, thresholdLow } = state;
    if (!isAtLeast(randomHigh, randomLow, thresholdHigh, thresholdLow)) return 0;
    return isAtLeast(thresholdHigh, thresholdLow, high, low) ? BITS.kept : BITS.kept | BITS.raised;
  }
}

function isAtLeast(high: number, low: number, otherHigh: number, otherLow: number): boolean {
  return high > otherHigh || (high === otherHigh && low >= otherLow);
}
