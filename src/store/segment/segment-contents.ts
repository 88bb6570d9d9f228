/** How many bytes of a segment hold what: told by its list of sections, without reading any of them. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { HEADER_BYTES, readSections, SECTION, type Section } from './segment-format.ts';

export interface SegmentContents {
  readonly blocks: number;
  readonly traces: number;
  readonly values: number;
  readonly statistics: number;
  readonly directory: number;
}

/** @throws DamagedBlock, or an I/O fault */
export function segmentContents(path: string): SegmentContents {
  const file = openSync(path, 'r');
  try {
    const fileBytes = fstatSync(file).size;
    const sections = readSections(fileBytes, (offset, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
    });
    return contentsOf(sections, fileBytes);
  } finally {
    closeSync(file);
  }
}

function contentsOf(sections: ReadonlyMap<number, Section>, fileBytes: number): SegmentContents {
  const of = (...types: number[]) =>
    types.reduce((sum, type) => sum + (sections.get(type)?.length ?? 0), 0);
  const first = Math.min(fileBytes, ...[...sections.values()].map(({ offset }) => offset));
  return {
    blocks: first - HEADER_BYTES,
    traces: of(SECTION.traceTable, SECTION.traceBuckets),
    values: of(SECTION.valueTable, SECTION.valueBuckets),
    statistics: of(SECTION.periods, SECTION.statistics),
    directory: of(SECTION.numbers, SECTION.names, SECTION.written, SECTION.promoted),
  };
}
