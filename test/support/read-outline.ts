/** Reads an encoded outline as a page does: typed arrays over its bytes. */
import type { JsonOf } from '../../src/api/openapi/json-of.ts';
import type { TraceSummary } from '../../src/model/trace-summary.ts';

const ARRAYS = {
  f64: Float64Array,
  u32: Uint32Array,
  i32: Int32Array,
  u16: Uint16Array,
  u8: Uint8Array,
} as const;

export interface ReadOutline {
  readonly header: {
    readonly trace: JsonOf<TraceSummary>;
    readonly services: readonly string[];
    readonly names: readonly string[];
    readonly notes: readonly string[];
    readonly rowFirst: number;
    readonly rowCount: number;
    readonly startUnixNano: string;
    readonly durationNano: string;
    readonly concurrencyMax: number;
    readonly laneCount: number;
    readonly criticalPath: readonly { row: number; fromNano: number; toNano: number }[];
    readonly revision: string;
    readonly columns: readonly {
      name: string;
      type: keyof typeof ARRAYS;
      length: number;
      byteOffset: number;
    }[];
  };
  column(name: string): number[];
}

/** @throws where the bytes are no outline, or a column does not lie where it should */
export function readOutline(given: Uint8Array): ReadOutline {
  const { buffer } = Uint8Array.from(given);
  const words = new DataView(buffer);
  if (words.getUint32(0, true) !== 0x314c5453) throw new Error('not an outline');
  const headerEnd = 8 + words.getUint32(4, true);
  const header: ReadOutline['header'] = JSON.parse(
    new TextDecoder('utf-8', { fatal: true }).decode(given.subarray(8, headerEnd)),
  );
  const first = Math.ceil(headerEnd / 8) * 8;
  const columns = new Map(
    header.columns.map(({ name, type, length, byteOffset }) => {
      if (byteOffset % 8 !== 0) throw new Error(`${name} is not aligned`);
      return [name, [...new ARRAYS[type](buffer, first + byteOffset, length)]];
    }),
  );
  return { header, column: (name) => columns.get(name)! };
}
