/** Where a span stands that has not ended, from what it says itself and from what is open below it. */
import type { SpanPlace } from '../model/span-place.ts';
import type { TraceOutline } from '../model/trace-outline.ts';
import type { TraceSpan } from '../model/trace-span.ts';
import { idAt } from '../projection/trace-columns.ts';
import { placeOf } from './formats/describe-span.ts';

/** Undefined where nothing is known. @param innermost by row, of what has not ended */
export function spanPlace(
  outline: TraceOutline,
  row: number,
  span: TraceSpan,
  innermost: Int32Array | undefined,
): SpanPlace | undefined {
  const at = placeOf(span);
  const checkpoint = span.events.findLast(({ type }) => type === 'Checkpoint')?.name;
  const below = innermost?.[row] ?? -1;
  if (at === undefined && checkpoint === undefined && below < 0) return undefined;
  return {
    ...(at !== undefined && { at }),
    ...(checkpoint !== undefined && { checkpoint }),
    ...(below >= 0 && { within: idAt(outline.spanId, below) }),
  };
}
