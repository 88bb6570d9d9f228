/**
 * Rows of one or more batches, in order, become one block of columns. Reused from block to block; its
 * dictionaries are cleared between.
 *
 * Bounds: ROWS_MAX rows a block and BLOCK_BYTES_MAX of span bytes; the caller finishes a block before.
 */
import type { SpanBatch } from '../../otlp/span-batch.ts';
import type { EncodedColumns } from './encoded-columns.ts';

export const ROWS_MAX = 65_535;
export const BLOCK_BYTES_MAX = 0x8000000;

export class ColumnBlockWriter {
  readonly spanCount: number = 0;
  /** Bytes of the spans and, once each, of their frames, before encoding. */
  readonly rawBytes: number = 0;

  /** Takes the rows with BITS.kept, copying what it keeps. @throws RangeError beyond the bounds, taking nothing */
  add(batch: SpanBatch): void {
    throw new RangeError(`${batch.count}`);
  }

  /** The block; the writer is then ready for the next. At least one row must have been added. */
  finish(): EncodedColumns {
    throw new RangeError('no rows');
  }
}
