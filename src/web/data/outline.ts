/**
 * A whole trace as columns, a row a span in depth-first order: what the timeline, the flame graph and the minimap draw, at 100,000 spans and
 * more. Decoded by laying typed arrays over the answer's bytes; no object a span. The format stands in docs/rest.md.
 */
import { API, ask, urlOf } from './api.ts';
import { ApiError } from './api-error.ts';
import type { TraceSummary } from './wire.ts';

const MAGIC = 0x314c5453;

/** Bits of `flags`. */
export const FLAG = {
  stale: 1,
  orphan: 2,
  critical: 4,
  hasEvents: 8,
  hasLinks: 16,
  hasWarnings: 32,
  hasError: 64,
  synthetic: 128,
} as const;

/** Of `status`. */
export const STATUSES = ['Running', 'Completed', 'Failed'] as const;
export const RUNNING = 0;
export const FAILED = 2;
/** Of `kind`. */
export const KINDS = ['Function', 'AsyncTask', 'DatabaseQuery', 'ExternalCall'] as const;

export interface CriticalSegment {
  readonly row: number;
  /** Nanoseconds from the start of the trace. */
  readonly fromNano: number;
  readonly toNano: number;
}

interface OutlineHeader {
  readonly trace: TraceSummary;
  readonly services: readonly string[];
  readonly names: readonly string[];
  /** What bits of `warnings` stand for. */
  readonly notes: readonly string[];
  readonly rowCount: number;
  readonly startUnixNano: string;
  /** Nanoseconds. */
  readonly durationNano: string;
  readonly concurrencyMax: number;
  readonly laneCount: number;
  readonly criticalPath: readonly CriticalSegment[];
  /** Another one means that something of the trace has changed. */
  readonly revision: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type: keyof typeof ARRAYS;
    readonly length: number;
    readonly byteOffset: number;
  }[];
}

/** Times are nanoseconds from the start of the trace. */
export interface TraceColumns {
  readonly start: Float64Array;
  /** Of a running span: until now, or until its last sign. */
  readonly duration: Float64Array;
  readonly self: Float64Array;
  /** Two a row: high, low. */
  readonly spanId: Uint32Array;
  /** A row, or -1. */
  readonly parent: Int32Array;
  /** The row after the last one below. */
  readonly subtreeEnd: Uint32Array;
  readonly depth: Uint16Array;
  readonly lane: Uint16Array;
  readonly service: Uint16Array;
  readonly name: Uint32Array;
  readonly kind: Uint8Array;
  readonly status: Uint8Array;
  readonly flags: Uint16Array;
  readonly childCount: Uint32Array;
  readonly errorsBelow: Uint32Array;
  /** A bit for each of `notes`. */
  readonly warnings: Uint16Array;
}

export interface Outline extends Omit<OutlineHeader, 'columns'>, TraceColumns {}

const ARRAYS = {
  f64: Float64Array,
  u32: Uint32Array,
  i32: Int32Array,
  u16: Uint16Array,
  u8: Uint8Array,
} as const;

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
    if (view.getUint32(0, true) !== MAGIC) throw new RangeError('another magic number');
    const headerEnd = 8 + view.getUint32(4, true);
    const text = new TextDecoder().decode(new Uint8Array(bytes, 8, headerEnd - 8));
    const { columns, ...header }: OutlineHeader = JSON.parse(text);
    const first = Math.ceil(headerEnd / 8) * 8;
    const arrays = columns.map(({ name, type, length, byteOffset }) => [
      name,
      new ARRAYS[type](bytes, first + byteOffset, length),
    ]);
    // The names are those of TraceColumns: server and page are of one build.
    const typed: TraceColumns = Object.fromEntries(arrays);
    return { ...header, ...typed };
  } catch (cause) {
    throw ApiError.malformed(String(cause), 200, cause);
  }
}

/** 16 hexadecimal digits. */
export function spanIdAt({ spanId }: Pick<Outline, 'spanId'>, row: number): string {
  const hex = (half: number): string => half.toString(16).padStart(8, '0');
  return hex(spanId[row * 2]!) + hex(spanId[row * 2 + 1]!);
}

/** The row of a span id, or -1. */
export function rowOfSpan(
  { spanId, rowCount }: Pick<Outline, 'spanId' | 'rowCount'>,
  id: string,
): number {
  const high = Number.parseInt(id.slice(0, 8), 16);
  const low = Number.parseInt(id.slice(8), 16);
  for (let row = 0; row < rowCount; row++) {
    if (spanId[row * 2] === high && spanId[row * 2 + 1] === low) return row;
  }
  return -1;
}

export const nameAt = ({ names, name }: Pick<Outline, 'names' | 'name'>, row: number): string =>
  names[name[row]!] ?? '';

export const serviceAt = (
  { services, service }: Pick<Outline, 'services' | 'service'>,
  row: number,
): string => services[service[row]!] ?? '';
