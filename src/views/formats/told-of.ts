/**
 * What a line about a span tells of what happened in it, its errors and checkpoints, as a checksum: messages may be long. Of most
 * spans that is nothing, which is seen without decoding them.
 *
 *   Span 11 events · Event 2 name
 */
import { createHash } from 'node:crypto';
import { CHECKPOINT_EVENT } from '../../model/checkpoint.ts';
import type { SpanStatus } from '../../model/trace-span.ts';
import { readSpan } from '../../otlp/read-span.ts';
import { ProtobufReader, WIRE } from '../../otlp/wire/protobuf-reader.ts';
import { EXCEPTION_EVENT, spanEvents } from '../../projection/span-events.ts';
import { errorText } from './describe-span.ts';

/** Empty where nothing is told. */
export function toldOf(span: Uint8Array, status: SpanStatus): string {
  if (status !== 'Failed' && !mayTell(span)) return '';
  const told = spanEvents(readSpan(span), status !== 'Running')
    .filter((event) => event.type === 'Error' || event.type === 'Checkpoint')
    .map((event) => (event.type === 'Error' ? errorText(event) : event.name));
  if (told.length === 0) return '';
  return createHash('sha1').update(JSON.stringify(told)).digest('base64');
}

function mayTell(span: Uint8Array): boolean {
  const reader = new ProtobufReader(span);
  while (reader.next()) {
    if (!reader.is(11, WIRE.bytes)) reader.skip();
    else if (isTelling(reader.view())) return true;
  }
  return false;
}

const TELLING: readonly Buffer[] = [CHECKPOINT_EVENT, EXCEPTION_EVENT].map((name) =>
  Buffer.from(name),
);

/** By any of its names: the last one counts, which decoding knows. */
function isTelling(event: Uint8Array): boolean {
  const reader = new ProtobufReader(event);
  while (reader.next()) {
    if (!reader.is(2, WIRE.bytes)) reader.skip();
    else {
      const name = reader.view();
      if (TELLING.some((telling) => telling.equals(name))) return true;
    }
  }
  return false;
}
