/**
 * One trace of as many spans as wanted, as requests of 512: the shop's groups of eight spans, each group
 * below a span of another, eight groups below each. Children lie within their parents' time.
 */
import { encodeProtobuf } from './encode-protobuf.ts';
import { type ResourceText, type SpanText, shopRequest, TEMPLATES } from './shop-request.ts';
import { type Slot, SPANS_A_TRACE, spanIdHex, traceIdHex } from './slots.ts';

const SPANS_A_REQUEST = 512;
/** Groups below a group, all below this place of it. */
const GROUPS_BELOW = 8;
const PARENT_PLACE = 3;
/** Of the whole trace; a group takes an eighth of the inner part of the one above. */
const TRACE_NANOS = 60e9;
/** At each end of a group's time, before the groups below it begin and after they end. */
const MARGIN = 0.05;
/** Each place begins this much of its group's time after the one before, and ends as much earlier. */
const PLACE_STEP = 0.005;
const TRACE_REQUEST = 0;

/** The id of the trace that `bigTrace` makes. */
export function bigTraceId(seed: number): string {
  return traceIdHex(seed, TRACE_REQUEST, 0);
}

/** The id of span `index` of all. */
export function bigTraceSpanId(seed: number, index: number): string {
  return spanIdHex(seed, TRACE_REQUEST, index);
}

/** Rounded up to whole requests. */
export function* bigTrace(spans: number, seed: number, startUnixNano: bigint): Generator<Buffer> {
  for (let first = 0; first < spans; first += SPANS_A_REQUEST) {
    const template = (first / SPANS_A_REQUEST) % TEMPLATES;
    const resources = shopRequest(template, SPANS_A_REQUEST).map((resource) =>
      attached(resource, first),
    );
    yield encodeProtobuf(resources, (slot) => bytesOf(slot, first, seed, startUnixNano));
  }
}

/** Gives the roots of groups a parent; its number, counted from this request's first, may be negative. */
function attached(resource: ResourceText, first: number): ResourceText {
  const attach = (span: SpanText): SpanText => {
    const group = (first + span.id.index) / SPANS_A_TRACE;
    if (span.parent !== undefined || group === 0) return span;
    const above = Math.floor((group - 1) / GROUPS_BELOW);
    const index = above * SPANS_A_TRACE + PARENT_PLACE - first;
    return { ...span, parent: { kind: 'span', index } };
  };
  const [http, database] = resource.scopes;
  return {
    ...resource,
    scopes: [
      { ...http, spans: http.spans.map(attach) },
      { ...database, spans: database.spans.map(attach) },
    ],
  };
}

function bytesOf({ kind, index }: Slot, first: number, seed: number, start: bigint): Buffer {
  if (kind === 'trace' || kind === 'linked-trace') return Buffer.from(bigTraceId(seed), 'hex');
  if (kind === 'span' || kind === 'linked-span')
    return Buffer.from(bigTraceSpanId(seed, first + index), 'hex');
  if (kind === 'user' || kind === 'item')
    return Buffer.from(String((first + index) % 1e8).padStart(8, '0'));
  const [from, to] = spanTime(first + index);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(start + BigInt(Math.round(kind === 'start' ? from : to)));
  return bytes;
}

/** Nanoseconds after the start of the trace. */
function spanTime(index: number): readonly [from: number, to: number] {
  const [from, to] = groupTime(Math.floor(index / SPANS_A_TRACE));
  const inset = (index % SPANS_A_TRACE) * PLACE_STEP * (to - from);
  return [from + inset, to - inset];
}

/** As deep as groups are nested: the logarithm of their count. */
function groupTime(group: number): readonly [from: number, to: number] {
  if (group === 0) return [0, TRACE_NANOS];
  const [from, to] = groupTime(Math.floor((group - 1) / GROUPS_BELOW));
  const step = ((to - from) * (1 - 2 * MARGIN)) / GROUPS_BELOW;
  const begin = from + (to - from) * MARGIN + ((group - 1) % GROUPS_BELOW) * step;
  return [begin, begin + step];
}
