/** What a head must say for its block to be opened by a search. */
import { SPAN_KINDS } from '../../model/span-kind.ts';
import { hashesOfText } from '../../otlp/attribute-hash.ts';
import { NAME_BYTES_MAX } from '../statistics/name-table.ts';
import type { BlockSearch } from './block-search.ts';
import type { BlockHead, OperationEntry } from './head-format.ts';
import { mayHoldValue } from './value-filter.ts';

/** A double near 2^61 is within 256 of the number it stands for. */
const NANO_SLACK = 4_096;

export class WantedHeads {
  readonly #filter: BlockSearch['filter'];
  readonly #service: string | undefined;
  readonly #operation: string | undefined;
  readonly #kind: number;
  readonly #least: number;
  readonly #most: number;
  /** Whether anything is asked that an operation's entry can answer. */
  readonly #asksOperations: boolean;
  readonly #values: readonly (readonly number[])[];

  constructor({ filter }: BlockSearch) {
    this.#filter = filter;
    this.#service = knownName(filter.service);
    this.#operation = knownName(filter.operation);
    this.#kind = filter.kind === undefined ? -1 : SPAN_KINDS.indexOf(filter.kind);
    const { minDurationNano, maxDurationNano } = filter;
    this.#least = Number(minDurationNano ?? 0n) - NANO_SLACK;
    this.#most =
      maxDurationNano === undefined
        ? Number.POSITIVE_INFINITY
        : Number(maxDurationNano) + NANO_SLACK;
    this.#asksOperations =
      filter.operation !== undefined ||
      filter.kind !== undefined ||
      filter.status === 'Failed' ||
      minDurationNano !== undefined ||
      maxDurationNano !== undefined;
    this.#values = (filter.attributes ?? []).map(({ key, value }) => hashesOfText(key, value));
  }

  mayMatch(head: BlockHead): boolean {
    const filter = this.#filter;
    if (filter.fromUnixNano !== undefined && head.startMax < filter.fromUnixNano) return false;
    if (filter.toUnixNano !== undefined && head.startMin >= filter.toUnixNano) return false;
    const service = this.#service === undefined ? undefined : head.services.indexOf(this.#service);
    if (service === -1) return false;
    if (this.#asksOperations && !head.operations.some((entry) => this.#suits(entry, service)))
      return false;
    return true;
  }

  get asksValues(): boolean {
    return this.#values.length > 0;
  }

  /** Given the filter over a block's values. */
  mayHoldValues(filter: Uint8Array): boolean {
    return this.#values.every((hashes) => mayHoldValue(filter, hashes));
  }

  #suits(entry: OperationEntry, service: number | undefined): boolean {
    if (service !== undefined && entry.service !== service) return false;
    if (this.#operation !== undefined && entry.name !== this.#operation) return false;
    if (this.#kind >= 0 && entry.kind >> 4 !== this.#kind) return false;
    if (this.#filter.status === 'Failed' && entry.errors === 0) return false;
    return entry.durationMax >= this.#least && entry.durationMin <= this.#most;
  }
}

/** Heads know a long name by its beginning. */
function knownName(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  return Buffer.from(name).subarray(0, NAME_BYTES_MAX).toString('utf8');
}
