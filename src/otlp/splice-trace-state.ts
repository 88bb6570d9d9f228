/**
 * Writes a raised sampling threshold into a span on its way out: the one thing Synton ever changes in
 * a span's bytes, so that whoever counts behind us re-weights rightly.
 *
 * Span field 3, `trace_state`, string (tag 0x1a). The `ot` member gets `th` set and moves to the front,
 * as W3C Trace Context asks of a changed member; its other sub-keys and all other members stay as they
 * are and in order. At most 32 members: the last ones go. Where the field was there, its last
 * occurrence is replaced in place and earlier ones are left out; else it is added at the end.
 */
import { ProtobufReader, WIRE } from './wire/protobuf-reader.ts';
import { ProtobufWriter } from './wire/protobuf-writer.ts';

const MEMBERS_MAX = 32;
const TRACE_STATE_FIELD = 3;
/** A guess: what the entry adds to a span. */
const FIELD_ROOM = 64;

/** `th` of a threshold below 2^56: trailing zeros left off, `0` for zero. */
export function thresholdDigits(threshold: bigint): string {
  return threshold
    .toString(16)
    .padStart(14, '0')
    .replace(/0{1,13}$/, '');
}

/** The tracestate with `ot`'s `th` set. */
export function withThreshold(traceState: string, threshold: bigint): string {
  const members = traceState.split(',').map((member) => member.trim());
  const others = members.filter((member) => member !== '' && !member.startsWith('ot='));
  const old = members.find((member) => member.startsWith('ot='))?.slice(3) ?? '';
  const kept = old.split(';').filter((pair) => pair !== '' && !pair.startsWith('th:'));
  const entry = `ot=${[`th:${thresholdDigits(threshold)}`, ...kept].join(';')}`;
  return [entry, ...others].slice(0, MEMBERS_MAX).join(',');
}

interface FieldPlace {
  /** Of the tag. */
  readonly start: number;
  /** Of the content. */
  readonly from: number;
  readonly end: number;
}

/** @param span a valid Span message @param threshold T, 0 … 2^56 − 1 */
export function spliceTraceState(span: Uint8Array, threshold: bigint): Uint8Array {
  const places = traceStateFields(span);
  const last = places.at(-1);
  const old = last ? Buffer.from(span.subarray(last.from, last.end)).toString('latin1') : '';
  const writer = new ProtobufWriter(span.length + FIELD_ROOM);
  const field = Buffer.from(withThreshold(old, threshold), 'latin1');
  let at = 0;
  for (const place of places) {
    writer.raw(span.subarray(at, place.start));
    if (place === last) writer.view(TRACE_STATE_FIELD, field);
    at = place.end;
  }
  writer.raw(span.subarray(at));
  if (!last) writer.view(TRACE_STATE_FIELD, field);
  return writer.finish();
}

/** Where `trace_state` stands; a span repeats a field only by mistake, and then the last one counts. */
function traceStateFields(span: Uint8Array): FieldPlace[] {
  const places: FieldPlace[] = [];
  const reader = new ProtobufReader(span);
  while (reader.next()) {
    if (!reader.is(TRACE_STATE_FIELD, WIRE.bytes)) {
      reader.skip();
      continue;
    }
    const start = reader.fieldOffset;
    const content = reader.view();
    places.push({ start, from: reader.offset - content.length, end: reader.offset });
  }
  return places;
}
