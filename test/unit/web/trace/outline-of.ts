/** An outline as the collector tells it, from a few words a row. */
import type { Outline } from '../../../../src/web/data/outline.ts';

export interface RowGiven {
  readonly depth: number;
  readonly name: string;
  readonly service?: string;
  readonly start?: number;
  readonly duration?: number;
  /** 0 Running, 1 Completed, 2 Failed. @default 1 */
  readonly status?: number;
  readonly kind?: number;
  readonly flags?: number;
  /** @default its place */
  readonly id?: number;
}

/** Rows in depth-first order. */
export function outlineOf(rows: readonly RowGiven[]): Outline {
  const names = [...new Set(rows.map(({ name }) => name))];
  const services = [...new Set(rows.map(({ service = 'shop' }) => service))];
  const parent = rows.map(({ depth }, row) =>
    rows.findLastIndex((other, at) => at < row && other.depth === depth - 1),
  );
  const end = (row: number): number => {
    const next = rows.findIndex(({ depth }, at) => at > row && depth <= rows[row]!.depth);
    return next < 0 ? rows.length : next;
  };
  const numbers = (of: (row: RowGiven, at: number) => number): number[] => rows.map(of);
  return {
    trace: {} as Outline['trace'],
    ...{ names, services, notes: [], rowFirst: 0, rowCount: rows.length, startUnixNano: '0' },
    ...{ durationNano: '1000', concurrencyMax: 1, laneCount: 1, criticalPath: [], revision: '1' },
    start: Float64Array.from(numbers(({ start = 0 }) => start)),
    duration: Float64Array.from(numbers(({ duration = 1 }) => duration)),
    self: new Float64Array(rows.length),
    spanId: Uint32Array.from(rows.flatMap(({ id }, at) => [0x00f067aa, id ?? at])),
    parent: Int32Array.from(parent),
    subtreeEnd: Uint32Array.from(numbers((_, row) => end(row))),
    depth: Uint16Array.from(numbers(({ depth }) => depth)),
    lane: Uint16Array.from(numbers(({ depth }) => depth)),
    service: Uint16Array.from(numbers(({ service = 'shop' }) => services.indexOf(service))),
    name: Uint32Array.from(numbers(({ name }) => names.indexOf(name))),
    kind: Uint8Array.from(numbers(({ kind = 0 }) => kind)),
    status: Uint8Array.from(numbers(({ status = 1 }) => status)),
    flags: Uint16Array.from(numbers(({ flags = 0 }) => flags)),
    childCount: Uint32Array.from(numbers((_, row) => parent.filter((one) => one === row).length)),
    errorsBelow: new Uint32Array(rows.length),
    warnings: new Uint16Array(rows.length),
  };
}
