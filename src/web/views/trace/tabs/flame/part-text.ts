/** A part of the whole as a link has it, `0.25-0.5`: shares, as what runs grows. */
import type { TimeRange } from '../../time-range.ts';

/** Fine enough for 100 ns of a day. */
const DIGITS = 15;

/** Undefined where it is the whole. */
export function partText({ from, to }: TimeRange, whole: TimeRange): string | undefined {
  const [begin, end] = [from / whole.to, to / whole.to];
  return begin <= 0 && end >= 1 ? undefined : `${shareText(begin)}-${shareText(end)}`;
}

/** Never with an exponent, as a number's own text may be. */
function shareText(share: number): string {
  return share.toFixed(DIGITS).replace(/\.?0+$/, '');
}

/** Undefined where it says nothing, or nothing that is there. */
export function partOf(text: string | undefined, whole: TimeRange): TimeRange | undefined {
  const found = /^(\d(?:\.\d+)?)-(\d(?:\.\d+)?)$/.exec(text ?? '');
  if (!found) return undefined;
  const [from, to] = [Number(found[1]), Number(found[2])];
  if (!(from < to && to <= 1)) return undefined;
  return { from: from * whole.to, to: to * whole.to };
}
