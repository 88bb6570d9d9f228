/**
 * Whether a span has events and links, told from the tags of its fields alone. Reads bytes that a scanner has accepted.
 *
 *   Span 11 events · 13 links
 */
import { ProtobufReader, WIRE } from './wire/protobuf-reader.ts';

/** Bits of `spanParts`. */
export const SPAN_PARTS = { events: 1, links: 2 } as const;

const EVENT_TAG = 0x5a;
const LINK_TAG = 0x6a;
const ALL = SPAN_PARTS.events | SPAN_PARTS.links;

export function spanParts(span: Uint8Array): number {
  let parts = 0;
  let at = 0;
  while (at < span.length && parts !== ALL) {
    const tag = span[at]!;
    if (tag === EVENT_TAG) parts |= SPAN_PARTS.events;
    else if (tag === LINK_TAG) parts |= SPAN_PARTS.links;
    else if (tag > 127 || (tag & 7) === WIRE.groupStart) {
      // Hardly ever: a field of a number above 15, or of a kind that is no longer used.
      at = endOfField(span, at);
      continue;
    }
    at++;
    if ((tag & 7) === WIRE.fixed64) at += 8;
    else if ((tag & 7) === WIRE.fixed32) at += 4;
    else {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = span[at++]!;
        value += (byte & 127) * scale;
        if (byte < 128) break;
      }
      if ((tag & 7) === WIRE.bytes) at += value;
    }
  }
  return parts;
}

function endOfField(span: Uint8Array, at: number): number {
  const reader = new ProtobufReader(span, at, span.length);
  reader.next();
  reader.skip();
  return reader.offset;
}
