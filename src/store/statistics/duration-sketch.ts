/**
 * Quantiles of many durations in little memory: a DDSketch.
 *
 * A value v falls into bin ceil(log_γ v), γ = (1 + α) / (1 − α), so that the middle of its bin is
 * within α of it, whatever the distribution; sketches of equal α merge without loss (Masson, Rim, Lee:
 * "DDSketch", VLDB 2019). Bins are one Float64Array over the range in use; weights may be fractions.
 * Bounds: BINS_MAX bins, beyond which the lowest are collapsed into one. At 1 % that many bins hold
 * 1 ns to 15 years at once, so that the bound is met only by nonsense.
 */
export const RELATIVE_ERROR = 0.01;
export const BINS_MAX = 2_048;

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);
const PER_LOG = 1 / LOG_GAMMA;
const BINS_FIRST = 64;
/** A rank that is a whole number but for its last bits stays that. */
const ROUNDING = 1e-12;

/** The middle of a bin: within RELATIVE_ERROR of everything in it. */
function binValue(index: number): number {
  return (2 * Math.exp(index * LOG_GAMMA)) / (1 + GAMMA);
}

/** The greatest value of a bin. */
export function binEnd(index: number): number {
  return Math.exp(index * LOG_GAMMA);
}

export class DurationSketch {
  #bins = new Float64Array(0);
  /** Index of `#bins[0]`. */
  #first = 0;
  #zeroWeight = 0;
  #weight = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = 0;

  /** Sum of all weights. */
  get weight(): number {
    return this.#weight;
  }

  /** `value` at least 0, whole nanoseconds; anything under 1 counts as 0. `weight` above 0. */
  add(value: number, weight: number): void {
    this.#weight += weight;
    if (value < 1) {
      this.#zeroWeight += weight;
      return;
    }
    const index = Math.ceil(Math.log(value) * PER_LOG);
    let at = index - this.#first;
    if (at < 0 || at >= this.#bins.length) at = this.#reach(index);
    this.#bins[at] = this.#bins[at]! + weight;
  }

  merge(other: DurationSketch): void {
    const bins = other.#bins;
    let low = 0;
    let high = bins.length - 1;
    while (low <= high && bins[low] === 0) low++;
    while (high > low && bins[high] === 0) high--;
    if (low <= high && this.#bins.length === 0) {
      this.#bins = bins.slice(low, high + 1);
      this.#first = other.#first + low;
      high = -1;
    }
    if (low <= high) this.reserve(other.#first + low, other.#first + high);
    const shift = other.#first - this.#first;
    for (let i = low; i <= high; i++) {
      // What lies below our lowest bin was collapsed into it.
      const at = Math.max(0, i + shift);
      this.#bins[at] = this.#bins[at]! + bins[i]!;
    }
    this.#zeroWeight += other.#zeroWeight;
    this.#weight += other.#weight;
  }

  /** What is known of its values: quantiles stay between the least and the greatest of all that was said. Merging passes none of it on. */
  bound(least: number, most: number): void {
    this.#least = Math.min(this.#least, least);
    this.#most = Math.max(this.#most, most);
  }

  /** The least value that at least the share q of all weight, 0 … 1, does not exceed (nearest rank): of few values, the greatest counts. 0 while empty. */
  quantile(q: number): number {
    const rank = q * this.#weight * (1 - ROUNDING);
    let seen = this.#zeroWeight;
    if (this.#weight === 0 || (seen > 0 && seen >= rank)) return 0;
    let last = -1;
    for (let i = 0; i < this.#bins.length; i++) {
      if (this.#bins[i] === 0) continue;
      seen += this.#bins[i]!;
      last = i;
      if (seen >= rank) break;
    }
    if (last < 0) return 0;
    const value = binValue(this.#first + last);
    return this.#least <= this.#most ? Math.min(this.#most, Math.max(this.#least, value)) : value;
  }

  /** Weight of values under 1. */
  get zeroWeight(): number {
    return this.#zeroWeight;
  }

  /** Bins that hold something, lowest first. */
  eachBin(visit: (index: number, weight: number) => void): void {
    for (let i = 0; i < this.#bins.length; i++) {
      if (this.#bins[i] !== 0) visit(this.#first + i, this.#bins[i]!);
    }
  }

  /** Makes room for bins `low` to `high` at once. */
  reserve(low: number, high: number): void {
    if (low - this.#first < 0 || low - this.#first >= this.#bins.length) this.#reach(low);
    if (high - this.#first >= this.#bins.length) this.#reach(high);
  }

  /** For decoding. */
  addBin(index: number, weight: number): void {
    this.#weight += weight;
    let at = index - this.#first;
    if (at < 0 || at >= this.#bins.length) at = this.#reach(index);
    this.#bins[at] = this.#bins[at]! + weight;
  }

  addZero(weight: number): void {
    this.#weight += weight;
    this.#zeroWeight += weight;
  }

  /** Widens the bins so that `index` has a place; returns it. */
  #reach(index: number): number {
    const old = this.#bins;
    if (old.length === 0) {
      this.#bins = new Float64Array(BINS_FIRST);
      this.#first = index - BINS_FIRST / 2;
      return BINS_FIRST / 2;
    }
    let low = Math.min(index, this.#first);
    let high = Math.max(index, this.#first + old.length - 1);
    if (high - low + 1 > BINS_MAX) {
      // Room at the ends may be unused: measure what is there before anything is collapsed.
      let used = 0;
      while (used < old.length - 1 && old[used] === 0) used++;
      let end = old.length - 1;
      while (end > used && old[end] === 0) end--;
      low = Math.min(index, this.#first + used);
      high = Math.max(index, this.#first + end);
      low = Math.max(low, high - BINS_MAX + 1);
    }
    if (low >= this.#first && high < this.#first + old.length)
      return Math.max(0, index - this.#first);
    // Half as much again on the side that grew, so that a drifting series does not copy every time.
    const slack = Math.min(BINS_MAX - (high - low + 1), (old.length >> 1) + 1);
    const first = index <= this.#first ? low - slack : low;
    const bins = new Float64Array(high - low + 1 + slack);
    for (let i = 0; i < old.length; i++) {
      if (old[i] === 0) continue;
      const at = Math.max(0, this.#first + i - first);
      bins[at] = bins[at]! + old[i]!;
    }
    this.#bins = bins;
    this.#first = first;
    return Math.max(0, index - first);
  }
}
