/** A part of the whole as a link has it, `0.25-0.5`: shares, as what runs grows. */
import type { TimeRange } from '../../time-range.ts';

/** Fine enough for one call of a million. */
const DIGITS = 9;

/** Undefined where it is the whole. */
export function partText({ from, to }: TimeRange, whole: TimeRange): string | undefined {
  const [begin, end] = [from, to].map((at) => Number((at / whole.to).toFixed(DIGITS)));
  return begin! <= 0 && end! >= 1 ? undefined : `${begin}-${end}`;
}

/** Undefined where it says nothing, or nothing that is there. */
export function partOf(text: string | undefined, whole: TimeRange): TimeRange | undefined {
  const found = /^(\d(?:\.\d+)?)-(\d(?:\.\d+)?)$/.exec(text ?? '');
  if (!found) return undefined;
  const [from, to] = [Number(found[1]), Number(found[2])];
  if (!(from < to && to <= 1)) return undefined;
  return { from: from * whole.to, to: to * whole.to };
}
