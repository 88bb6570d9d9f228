/**
 * A whole trace as columns, a row a span in depth-first order: what the timeline, the flame graph and the minimap draw, at 100,000 spans and
 * more. Decoded by laying typed arrays over the answer's bytes; no object a span. The format stands in docs/rest.md.
 */
import {
  layColumns,
  OUTLINE_FLAGS,
  OUTLINE_MAGIC,
  type OutlineColumns,
  type OutlineHeader,
} from '../../model/outline-columns.ts';
import { SPAN_KINDS } from '../../model/span-kind.ts';
import { SPAN_STATUSES } from '../../model/trace-span.ts';
import { API, ask, urlOf } from './api.ts';
import { ApiError } from './api-error.ts';
import type { Wire } from './wire.ts';

/** Bits of `flags`. */
export const FLAG = OUTLINE_FLAGS;
/** Of `status`. */
export const STATUSES = SPAN_STATUSES;
export const RUNNING = 0;
export const FAILED = 2;
/** Of `kind`. */
export const KINDS = SPAN_KINDS;

/** Times are nanoseconds from the start of the trace. */
export interface Outline extends Omit<Wire<OutlineHeader>, 'columns'>, OutlineColumns {}

/** Undefined where nothing has changed since `revision`. */
export async function askOutline(
  traceId: string,
  { subtree, revision, signal }: OutlineQuery,
): Promise<Outline | undefined> {
  const url = urlOf(`${API}/outline/${traceId}`, { subtree });
  const headers = revision === undefined ? {} : { 'if-none-match': `"${revision}"` };
  const response = await ask(url, { headers, ...(signal && { signal }) });
  if (response.status === 304) return undefined;
  return readOutline(await response.arrayBuffer());
}

export interface OutlineQuery {
  readonly subtree?: string;
  readonly revision?: string;
  readonly signal?: AbortSignal;
}

/** @throws ApiError on bytes that are no outline */
export function readOutline(bytes: ArrayBuffer): Outline {
  try {
    const view = new DataView(bytes);
    if (view.getUint32(0, true) !== OUTLINE_MAGIC) throw new RangeError('another magic number');
    const headerEnd = 8 + view.getUint32(4, true);
    const text = new TextDecoder().decode(new Uint8Array(bytes, 8, headerEnd - 8));
    const { columns, ...header }: Wire<OutlineHeader> = JSON.parse(text);
    return { ...header, ...layColumns(columns, bytes, Math.ceil(headerEnd / 8) * 8) };
  } catch (cause) {
    throw ApiError.malformed(String(cause), 200, cause);
  }
}

/** 16 hexadecimal digits. */
export function spanIdAt({ spanId }: Pick<Outline, 'spanId'>, row: number): string {
  const hex = (half: number): string => half.toString(16).padStart(8, '0');
  return hex(spanId[row * 2]!) + hex(spanId[row * 2 + 1]!);
}

const ID_LENGTH = 16;
/** The id of a span, and which it is of those that share the id, where it is not the first. */
const SPAN_KEY = /^([0-9a-f]{8})([0-9a-f]{8})(?:-([1-9]\d{0,5}))?$/;

/**
 * What a link calls the span of a row: its id, but for spans with the id of one above them (some senders give a call the same one at both
 * ends), which have their place among those: `00f067aa0ba902b7-2`. Linear.
 */
export function spanKeyAt(outline: Pick<Outline, 'spanId'>, row: number): string {
  const { spanId } = outline;
  let place = 1;
  for (let at = 0; at < row; at++)
    if (spanId[at * 2 + 1] === spanId[row * 2 + 1] && spanId[at * 2] === spanId[row * 2]) place++;
  const id = spanIdAt(outline, row);
  return place === 1 ? id : `${id}-${place}`;
}

/** Of what spanKeyAt says. */
export const idOfKey = (key: string): string => key.slice(0, ID_LENGTH);

/** The row of a span id, of the first where several share it, or of what spanKeyAt says; −1 where there is none. */
export function rowOfSpan(
  { spanId, rowCount }: Pick<Outline, 'spanId' | 'rowCount'>,
  key: string,
): number {
  const [, first, last, place = '1'] = SPAN_KEY.exec(key) ?? [];
  if (first === undefined || last === undefined) return -1;
  const [high, low] = [Number.parseInt(first, 16), Number.parseInt(last, 16)];
  let left = Number(place);
  for (let row = 0; row < rowCount; row++) {
    if (spanId[row * 2 + 1] === low && spanId[row * 2] === high && --left === 0) return row;
  }
  return -1;
}

export const nameAt = ({ names, name }: Pick<Outline, 'names' | 'name'>, row: number): string =>
  names[name[row]!] ?? '';

export const serviceAt = (
  { services, service }: Pick<Outline, 'services' | 'service'>,
  row: number,
): string => services[service[row]!] ?? '';
