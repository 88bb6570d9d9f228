/**
 * A block of columns opened for reading. Only its header is read at first; each chunk is read, checked
 * against its CRC-32 and decompressed when something in it is asked for, and kept as long as the block.
 *
 * Any method @throws DamagedBlock where bytes are missing, fail their checksum or contradict each other.
 */
import type { SpanBatch } from '../../otlp/span-batch.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import type { BlockOutline } from './block-outline.ts';
import type { ByteSource } from './byte-source.ts';
import { DamagedBlock } from './damaged-block.ts';

export class ColumnBlock {
  readonly spanCount: number = 0;

  static open(source: ByteSource): ColumnBlock {
    throw new DamagedBlock(`no column block in ${source.length} bytes`);
  }

  /** The rows of a trace, rising; empty where the block has none. Reads the trace column alone. */
  rowsOfTrace(words: Uint32Array, at: number): number[] {
    throw new DamagedBlock(`${words[at]}`);
  }

  /** Those spans, byte for byte, in the order asked for; equal frames share one array. */
  records(rows: readonly number[]): SpanRecord[] {
    throw new DamagedBlock(`${rows.length}`);
  }

  /** Made once. */
  get outline(): BlockOutline {
    throw new DamagedBlock('');
  }

  /** SPAN_PROMOTED | SPAN_RAISED. */
  spanFlags(row: number): number {
    throw new DamagedBlock(`${row}`);
  }

  /** T that the span was raised to; 0 where it was not. */
  threshold(row: number): bigint {
    throw new DamagedBlock(`${row}`);
  }

  /**
   * Rows that may have the attribute, on the span or its resource, with a value that reads as `text`:
   * never one too few. One byte a row, not 0 for a candidate; undefined where the block cannot tell.
   */
  rowsWithAttribute(key: string, text: string): Uint8Array | undefined {
    throw new DamagedBlock(`${key} ${text}`);
  }

  /**
   * The whole block again, as it was added: rows with arrival and BITS.kept, promoted and raised, in order and
   * in their envelopes. Batches with different thresholds make several.
   */
  batches(): SpanBatch[] {
    throw new DamagedBlock('');
  }
}
