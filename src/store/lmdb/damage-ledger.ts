/**
 * Says and counts each damaged block once in a life of the writer: a walk at start finds it, and the rewrite of its partition
 * meets it again. Remembers REMEMBERED_MAX of them; beyond that one may be told twice.
 */
import type { Counters } from '../../telemetry/counters.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { DamagedBlockReport } from './recovery/walk-partition.ts';

const REMEMBERED_MAX = 100_000;

export class DamageLedger {
  readonly #counters: Counters;
  readonly #log: Logger;
  readonly #told = new Set<string>();

  constructor(host: { readonly counters: Counters; readonly log: Logger }) {
    this.#counters = host.counters;
    this.#log = host.log;
  }

  tell(partition: number, { block, spans, reason }: DamagedBlockReport): void {
    const key = `${partition}/${block}`;
    if (this.#told.has(key)) return;
    if (this.#told.size < REMEMBERED_MAX) this.#told.add(key);
    this.#counters.add('partitions_damaged');
    this.#counters.drop('damaged', spans);
    this.#log.error(
      { partition, block, spans, reason },
      'a block is damaged and is passed over; the rest of its partition is intact',
    );
  }
}
