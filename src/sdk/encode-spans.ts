/** Ended spans as requests at once, with what their resources say by now: for the end of a program, which cannot wait. */
import type { SdkSpan } from '../otlp/write-sdk-span.ts';
import { EndedSpans } from './ended-spans.ts';
import { RequestEncoder } from './request-encoder.ts';
import { SpanFrames } from './span-frames.ts';

/** Those that cannot be read are left out. */
export function encodeSpans(spans: readonly SdkSpan[]): Uint8Array[] {
  const ended = new EndedSpans(Math.max(1, spans.length));
  for (const span of spans) ended.push(span);
  const frames = new SpanFrames();
  return encodedNow(ended, new RequestEncoder(frames), frames);
}

/** Takes all of them. */
export function encodedNow(
  ended: EndedSpans,
  encoder: RequestEncoder,
  frames: SpanFrames,
): Uint8Array[] {
  const requests: Uint8Array[] = [];
  while (ended.count > 0) {
    const { encoded, pending } = encoder.encode(ended, Number.POSITIVE_INFINITY);
    if (pending !== undefined) frames.settle(pending);
    if (encoded !== undefined) requests.push(encoded.request);
    // A span alone always has its place: one that has none would be tried for ever.
    else if (pending === undefined) break;
  }
  return requests;
}
