/**
 * Who called whom, told from whole traces: a call is a span whose parent is of another service, or a span that called something
 * which sent no spans itself. Numbers of each pair of caller and called are added up. Bound: PAIRS_MAX pairs; calls of further ones
 * are left out.
 */

import type { CallProtocol, PeerType, ServiceCalls } from '../../model/service-map.ts';
import { OTEL_KINDS } from '../../model/span-kind.ts';
import { OUTLINE } from '../../model/trace-outline.ts';
import { ROWS_A_STEP, type Steps } from '../../projection/in-turns.ts';
import { linkParents } from '../../projection/link-parents.ts';
import { readPeer } from '../../projection/read-peer.ts';
import {
  STATUS_FAILED,
  STATUS_RUNNING,
  type TraceColumns,
} from '../../projection/trace-columns.ts';
import type { SpanRecord } from '../contracts/span-record.ts';
import { DurationSketch } from '../statistics/duration-sketch.ts';

const PAIRS_MAX = 2_000;
/** Spans of a pair that are asked how it talks, until one tells. */
const PROTOCOL_TRIES = 8;
const [CLIENT, PRODUCER, CONSUMER] = (['client', 'producer', 'consumer'] as const).map(
  (kind) => OTEL_KINDS.indexOf(kind) << OUTLINE.otelKindShift,
);

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly peer: PeerType | undefined;
  readonly sketch: DurationSketch;
  calls: number;
  errors: number;
  protocol: CallProtocol;
  tries: number;
}

export class CallCounts {
  readonly #pairs = new Map<string, Pair>();

  /** The largest first. */
  get calls(): readonly ServiceCalls[] {
    return [...this.#pairs.values()]
      .sort((a, b) => b.calls - a.calls || compareText(a.from + a.to, b.from + b.to))
      .map(({ from, to, peer, calls, errors, protocol, sketch }) => ({
        ...{ from, to, calls, errors, protocol, peer },
        p50Nano: nano(sketch, 0.5),
        p95Nano: nano(sketch, 0.95),
        p99Nano: nano(sketch, 0.99),
      }));
  }

  /** All spans of a trace. */
  *add(columns: TraceColumns, records: readonly SpanRecord[]): Steps<void> {
    const parents = yield* linkParents(columns);
    const { count, facts, resource, resources } = columns;
    const serviceOf = (index: number) => resources[resource[index]!]!.service;
    /** Called something that is seen itself: another service, or a call of the same service in which it consists. */
    const isSeen = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      if (i % ROWS_A_STEP === 0) yield;
      const parent = parents[i]!;
      if (parent < 0) continue;
      const [from, to] = [serviceOf(parent), serviceOf(i)];
      if (from === to) {
        if (isCall(facts[i]!)) isSeen[parent] = 1;
        continue;
      }
      isSeen[parent] = 1;
      const pair = this.#pair(from, to, undefined);
      if (pair === undefined) continue;
      const isFailed =
        hasFailed(facts[i]!) || (isCall(facts[parent]!) && hasFailed(facts[parent]!));
      countCall(pair, columns, i, isFailed);
      if (pair.protocol === 'other' && pair.tries++ < PROTOCOL_TRIES) {
        pair.protocol = protocolOf(columns, records, i, parent);
      }
    }
    for (let i = 0; i < count; i++) {
      if (i % (ROWS_A_STEP / 8) === 0) yield;
      if (!isCall(facts[i]!) || isSeen[i] === 1) continue;
      const { name, type, protocol } = readPeer(records[i]!.span);
      if (name === undefined || name === serviceOf(i)) continue;
      const pair = this.#pair(serviceOf(i), name, type);
      if (pair === undefined) continue;
      countCall(pair, columns, i, hasFailed(facts[i]!));
      if (pair.protocol === 'other') pair.protocol = protocol;
    }
  }

  #pair(from: string, to: string, peer: PeerType | undefined): Pair | undefined {
    const key = `${from.length} ${from}${to}`;
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      if (this.#pairs.size === PAIRS_MAX) return undefined;
      const sketch = new DurationSketch();
      pair = { from, to, peer, sketch, calls: 0, errors: 0, protocol: 'other', tries: 0 };
      this.#pairs.set(key, pair);
    }
    return pair;
  }
}

function countCall(
  pair: Pair,
  { facts, durations }: TraceColumns,
  span: number,
  failed: boolean,
): void {
  pair.calls++;
  if (failed) pair.errors++;
  const isEnded = (facts[span]! & OUTLINE.statusMask) !== STATUS_RUNNING;
  if (isEnded) {
    const duration = Number(durations[span]!);
    pair.sketch.add(duration, 1);
    pair.sketch.bound(duration, duration);
  }
}

/** The called side may say it, or the caller. */
function protocolOf(
  { facts }: TraceColumns,
  records: readonly SpanRecord[],
  called: number,
  caller: number,
): CallProtocol {
  const kinds = OUTLINE.otelKindMask;
  if ((facts[called]! & kinds) === CONSUMER || (facts[caller]! & kinds) === PRODUCER) {
    return 'messaging';
  }
  const { protocol } = readPeer(records[called]!.span);
  return protocol === 'other' ? readPeer(records[caller]!.span).protocol : protocol;
}

function isCall(facts: number): boolean {
  const kind = facts & OUTLINE.otelKindMask;
  return kind === CLIENT || kind === PRODUCER;
}

function hasFailed(facts: number): boolean {
  return (facts & OUTLINE.statusMask) === STATUS_FAILED;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function nano(sketch: DurationSketch, q: number): bigint {
  return BigInt(Math.round(sketch.quantile(q)));
}
