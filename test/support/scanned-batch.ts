import { SpanScanner } from '../../src/otlp/scan-traces.ts';
import { BITS, COLUMN, STRIDE } from '../../src/otlp/span-columns.ts';

export interface ScannedOptions {
  /** Arrival of the first row; the others follow by one. 1 where absent. */
  readonly arrivalFirst?: number;
  /** Set on every row beside what the scanner found. BITS.kept where absent. */
  readonly bits?: number;
  readonly threshold?: bigint;
}

/** A request as the pipeline hands it on: scanned, arrivals given, decided. */
export function scannedBatch(request: Uint8Array, options: ScannedOptions = {}): SpanScanner {
  const batch = new SpanScanner();
  const outcome = batch.scan(request);
  if (outcome.status !== 'ok') throw new Error(outcome.reason);
  batch.threshold = options.threshold ?? 0n;
  for (let row = 0; row < batch.count; row++) {
    const at = row * STRIDE;
    const arrival = (options.arrivalFirst ?? 1) + row;
    batch.rows[at + COLUMN.bits] = batch.rows[at + COLUMN.bits]! | (options.bits ?? BITS.kept);
    batch.rows[at + COLUMN.arrival] = arrival % 0x100000000;
    batch.rows[at + COLUMN.arrival + 1] = Math.floor(arrival / 0x100000000);
  }
  return batch;
}
