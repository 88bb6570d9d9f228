/**
 * What a span consists of, piece by piece in wire order: an op is a field with all that is the same
 * wherever it occurs. A shape is a list of ops; values are in columns, one an op.
 *
 * The code of an op is its type, and above bit 8 a number that belongs to it: the value itself where it is
 * one of few (OTel kind, status code), or where an attribute stands and what its value is.
 */
export const OP = {
  /** The way to the end of a shape; no piece of it. Number: the Synton kind. */
  shapeEnd: 0,
  traceId: 1,
  spanId: 2,
  traceState: 3,
  parent: 4,
  /** A parent_span_id of no bytes. */
  noParent: 5,
  /** Number: the OTel kind, at most 6, as names of one kind go together. */
  name: 6,
  /** Number: the value, below 128. */
  kind: 7,
  start: 8,
  end: 9,
  /** Number: the tag, 80, 96 or 112. */
  dropped: 10,
  flags: 11,
  openEvent: 12,
  openLink: 13,
  openStatus: 14,
  close: 15,
  eventTime: 16,
  eventName: 17,
  eventDropped: 18,
  linkTraceId: 19,
  linkSpanId: 20,
  linkTraceState: 21,
  linkDropped: 22,
  linkFlags: 23,
  statusMessage: 24,
  /** Number: the value, below 128. */
  statusCode: 25,
  /** Number: PLACE · 8 + VALUE. The op has a key. */
  attribute: 26,
  /** A span that is not in a form that can be written again from columns: its bytes. */
  rawSpan: 27,
  rawName: 28,
  /** Number: which of COLUMN.bits: 0 OTel kind, 1 status, 2 Synton kind. */
  rawBits: 29,
} as const;

export const PLACE = { span: 0, event: 1, link: 2 } as const;

export const VALUE = {
  string: 0,
  bool: 1,
  /** Below 2^49: a varint of at most 7 bytes. */
  int: 2,
  double: 3,
  /** Any other int: its varint. */
  wide: 4,
  /** A list, map or bytes: the member of AnyValue with its tag. */
  nested: 5,
  /** An AnyValue without a member. */
  unset: 6,
  /** No AnyValue. */
  absent: 7,
} as const;

/** How the values of an op are kept. */
export const KEPT = {
  nowhere: 0,
  string: 1,
  int: 2,
  double: 3,
  time: 4,
  parent: 5,
};

export const typeOf = (code: number): number => code & 0xff;
export const numberOf = (code: number): number => code >>> 8;
export const opCode = (type: number, number: number): number => type | (number << 8);
export const attributeCode = (place: number, value: number): number =>
  OP.attribute | ((place * 8 + value) << 8);

/** The first ops of every block, which are the shape of spans that are kept raw. */
export const RAW_CODES: readonly number[] = [
  opCode(OP.rawSpan, 0),
  opCode(OP.rawName, 0),
  ...[0, 1, 2].map((bits) => opCode(OP.rawBits, bits)),
];

export function keptOf(code: number): number {
  switch (typeOf(code)) {
    case OP.traceState:
    case OP.name:
    case OP.eventName:
    case OP.linkTraceId:
    case OP.linkSpanId:
    case OP.linkTraceState:
    case OP.statusMessage:
    case OP.rawSpan:
    case OP.rawName:
      return KEPT.string;
    case OP.dropped:
    case OP.flags:
    case OP.eventDropped:
    case OP.linkDropped:
    case OP.linkFlags:
    case OP.rawBits:
      return KEPT.int;
    case OP.eventTime:
      return KEPT.time;
    case OP.parent:
      return KEPT.parent;
    case OP.attribute:
      switch (numberOf(code) & 7) {
        case VALUE.string:
        case VALUE.wide:
        case VALUE.nested:
          return KEPT.string;
        case VALUE.bool:
        case VALUE.int:
          return KEPT.int;
        case VALUE.double:
          return KEPT.double;
        default:
          return KEPT.nowhere;
      }
    default:
      return KEPT.nowhere;
  }
}
